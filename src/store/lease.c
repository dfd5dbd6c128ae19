#include "store/lease.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LEASE_SECONDS = 60 };

struct holder {
    long pid;
    int64_t until;
    char host[128];
};

static void name_host(char *out, size_t n) {
    if (gethostname(out, n) != 0)
        snprintf(out, n, "?");
    out[n - 1] = '\0';
}

/* 1 with who holds it, 0 nobody, -1. */
static int read_holder(struct db *db, struct holder *h, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LEASE_GET, err);
    int rc = s == NULL ? -1 : db_step(s, err);
    if (rc == 1) {
        h->pid = (long)db_int(s, 0);
        h->until = db_int(s, 1);
        snprintf(h->host, sizeof h->host, "%s", db_text(s, 2));
    }
    db_done(s);
    return rc;
}

/* A process of this machine is asked for; one of another machine is believed until its time is over. */
static bool is_alive(const struct holder *h, const char *host) {
    if (h->until < clock_now())
        return false;
    return strcmp(h->host, host) != 0 || kill((pid_t)h->pid, 0) == 0 || errno == EPERM;
}

int lease_take(struct db *db, struct error *err) {
    char host[128];
    struct holder h;
    name_host(host, sizeof host);
    int rc = read_holder(db, &h, err);
    if (rc < 0)
        return -1;
    bool ours = rc == 1 && h.pid == (long)getpid() && strcmp(h.host, host) == 0;
    if (rc == 1 && !ours && is_alive(&h, host))
        return error_set(
            err, "another import is running (process %ld on %s): try again when it has ended",
            h.pid, h.host);
    struct db_stmt *s = db_use(db, SQL_LEASE_PUT, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, getpid());
    db_bind_int(s, 2, clock_now() + LEASE_SECONDS);
    db_bind_text(s, 3, host);
    return db_run(s, err);
}

int lease_release(struct db *db, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LEASE_DROP, err);
    return s == NULL ? -1 : db_run(s, err);
}
