#include "store/lease.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* Seconds without a sign of life after which a lease is void, and after which it is renewed. */
enum { LEASE_S = 60, RENEW_S = 20 };

void lease_init(struct lease *l, const char *name) {
    unsigned char bytes[16] = {0};
    *l = (struct lease){.name = name};
    if (getrandom(bytes, sizeof bytes, GRND_NONBLOCK) != (ssize_t)sizeof bytes) {
        int64_t us = clock_mono_us();
        memcpy(bytes, &us, sizeof us); /* with the process id it is unique enough */
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(l->holder + 2 * i, 3, "%02x", bytes[i]);
}

static void name_host(char *out, size_t n) {
    if (gethostname(out, n) != 0)
        snprintf(out, n, "?");
    out[n - 1] = '\0';
}

enum standing { STANDING_FREE, STANDING_OURS, STANDING_TAKEN };

struct holder {
    enum standing standing;
    int64_t pid, until;
    char host[128];
};

/* A process of this machine is asked for; one of another machine is believed until its time is
 * over. Our own process has no other holder than the one that asks: see lease.h. */
static bool is_alive(const struct holder *h) {
    char host[sizeof h->host];
    name_host(host, sizeof host);
    if (h->until < clock_now())
        return false;
    if (strcmp(h->host, host) != 0)
        return true;
    return h->pid != getpid() && (kill((pid_t)h->pid, 0) == 0 || errno != ESRCH);
}

static int read_holder(const struct lease *l, struct db *db, struct holder *h, struct error *err) {
    *h = (struct holder){.standing = STANDING_FREE};
    struct db_stmt *s = db_use(db, SQL_LEASE_GET, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, l->name);
    int rc = db_step(s, err);
    if (rc == 1) {
        h->pid = db_int(s, 1);
        snprintf(h->host, sizeof h->host, "%s", db_text(s, 2));
        h->until = db_int(s, 3);
        if (strcmp(db_text(s, 0), l->holder) == 0)
            h->standing = STANDING_OURS;
        else if (is_alive(h))
            h->standing = STANDING_TAKEN;
    }
    db_done(s);
    return rc < 0 ? -1 : 0;
}

static int taken(const struct holder *h, struct error *err) {
    return error_set(err,
                     "another import is running (process %lld on %s): try again when it has ended",
                     (long long)h->pid, h->host);
}

int lease_ask(const struct lease *l, struct db *db, struct error *err) {
    struct holder h;
    if (read_holder(l, db, &h, err) != 0)
        return -1;
    return h.standing == STANDING_TAKEN ? taken(&h, err) : 0;
}

int lease_take(struct lease *l, struct db *db, struct error *err) {
    struct holder h;
    if (read_holder(l, db, &h, err) != 0)
        return -1;
    if (l->held && h.standing != STANDING_OURS)
        return error_set(err, "another import began while this one waited: try again");
    if (h.standing == STANDING_TAKEN)
        return taken(&h, err);
    if (h.standing == STANDING_OURS && h.until > clock_now() + LEASE_S - RENEW_S)
        return 0;
    struct db_stmt *s = db_use(db, SQL_LEASE_PUT, err);
    if (s == NULL)
        return -1;
    name_host(h.host, sizeof h.host);
    db_bind_text(s, 1, l->name);
    db_bind_text(s, 2, l->holder);
    db_bind_int(s, 3, getpid());
    db_bind_text(s, 4, h.host);
    db_bind_int(s, 5, clock_now() + LEASE_S);
    return db_run(s, err);
}

int lease_drop(struct lease *l, struct db *db, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LEASE_DROP, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, l->name);
    db_bind_text(s, 2, l->holder);
    return db_run(s, err);
}
