/* platen status: what is published, and what waits, from the database alone. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/json.h"
#include "ingest/look.h"
#include "store/settings.h"
#include "store/tokens.h"

#include <stdio.h>
#include <string.h>

#ifndef PLATEN_VERSION
#define PLATEN_VERSION "0.1.0"
#endif

struct status {
    char applied[GIT_OID_MAX], left[GIT_OID_MAX];
    struct delivery_counts counts;
    struct buf trouble, repository;
};

static int read_counts(struct store *store, struct delivery_counts *out, struct error *err) {
    struct db *db = store_reader(store, err);
    if (db == NULL)
        return -1;
    int rc = delivery_counts(db, out, err);
    store_reader_done(store, db);
    return rc;
}

static int read_status(struct status *s, struct store *store, struct error *err) {
    buf_init(&s->trouble, 4096);
    buf_init(&s->repository, 64 * 1024);
    if (look_applied(store, s->applied, err) != 0 || look_left(store, s->left, err) != 0 ||
        read_counts(store, &s->counts, err) != 0 ||
        setting_read(store, "repository_error", &s->trouble, err) < 0)
        return -1;
    return setting_read(store, "repository", &s->repository, err) < 0 ? -1 : 0;
}

static int put_oid(json_t *o, const char *key, const char *oid) {
    return *oid == '\0' ? json_put(o, key, json_null()) : json_put_string(o, key, oid);
}

static int64_t finished(const struct status *s) {
    return s->counts.of[DELIVERY_DONE] + s->counts.of[DELIVERY_IGNORED];
}

static json_t *repository_of(const struct status *s) {
    json_t *o = NULL;
    if (s->repository.len == 0 ||
        json_read(&o, buf_str(&s->repository), s->repository.len, NULL) != 0)
        return json_null();
    json_t *out = json_object();
    int bad = json_put_string(out, "url", json_get_string(o, "repo", ""));
    bad |= json_put_string(out, "branch", json_get_string(o, "branch", ""));
    bad |= s->trouble.len == 0 ? json_put(out, "error", json_null())
                               : json_put_string(out, "error", buf_str(&s->trouble));
    json_decref(o);
    if (bad == 0)
        return out;
    json_decref(out);
    return NULL;
}

static int print_json(const struct status *s, struct error *err) {
    json_t *o = json_object(), *d = json_object();
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    int bad = json_put_string(o, "version", PLATEN_VERSION);
    bad |= put_oid(o, "applied_commit", s->applied);
    bad |= put_oid(o, "rolled_back_from", s->left);
    bad |= json_put_int(d, "pending", s->counts.of[DELIVERY_PENDING]);
    bad |= json_put_int(d, "failed", s->counts.of[DELIVERY_FAILED]);
    bad |= json_put_int(d, "done", finished(s));
    bad |= json_put_int(d, "ignored", s->counts.of[DELIVERY_IGNORED]);
    bad |= json_put(o, "deliveries", d);
    bad |= json_put(o, "repository", repository_of(s));
    if (bad == 0)
        bad = json_write(&b, o);
    json_decref(o);
    printf("%s\n", buf_str(&b));
    buf_free(&b);
    return bad == 0 ? 0 : error_set(err, "out of memory");
}

static void print_text(const struct status *s) {
    json_t *r = repository_of(s);
    printf("platen %s\n", PLATEN_VERSION);
    if (json_is_object(r)) {
        const char *branch = json_get_string(r, "branch", "");
        printf("repository  %s%s%s\n", json_get_string(r, "url", ""), *branch ? ", branch " : "",
               branch);
    }
    printf("live        %s\n", *s->applied != '\0' ? s->applied : "no commit was published");
    if (*s->left != '\0')
        printf("rollback    %s was left; only another tip or rollback --undo moves on\n", s->left);
    printf("deliveries  %lld pending, %lld failed, %lld done (%lld of them ignored)\n",
           (long long)s->counts.of[DELIVERY_PENDING], (long long)s->counts.of[DELIVERY_FAILED],
           (long long)finished(s), (long long)s->counts.of[DELIVERY_IGNORED]);
    if (s->trouble.len > 0)
        printf("trouble     %s\n", buf_str(&s->trouble));
    json_decref(r);
}

int cmd_status(const struct command_context *c) {
    struct error err = {0};
    struct store *store = NULL;
    struct status s = {0};
    int rc = cli_has_database(c->config->db, &err);
    if (rc == 0)
        rc = store_open(&store, c->config->db, c->log, &err);
    if (rc == 0)
        rc = read_status(&s, store, &err);
    if (rc == 0 && c->config->json)
        rc = print_json(&s, &err);
    else if (rc == 0)
        print_text(&s);
    buf_free(&s.trouble);
    buf_free(&s.repository);
    store_close(store);
    return rc == 0 ? EXIT_DONE : cli_failed(&err);
}
