/* What one publishing transaction touches: list entries, the home list, names for caches. */
#include "store/publication.h"

#include "base/buf.h"
#include "base/clock.h"
#include "store/around.h"
#include "store/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond NAMES_MAX names one says everything: "*"; so does one event beyond EVENTS_MAX: "many". */
enum { CHANGES_KEPT = 100000, HOME_MAX = 64 * 1024, NAMES_MAX = 5000, EVENTS_MAX = 1000 };

/* A setting's value as a string of the caller's, "*" when there is none. */
static int read_home(char **out, struct db *db, const char *key, struct error *err) {
    struct buf value;
    buf_init(&value, HOME_MAX);
    int rc = setting_get(db, key, &value, err);
    *out = rc < 0 ? NULL : strdup(rc == 1 ? buf_str(&value) : "*");
    buf_free(&value);
    return rc < 0 ? -1 : *out == NULL ? error_set(err, "out of memory") : 0;
}

int touch_begin(struct touch *t, struct db *db, struct error *err) {
    *t = (struct touch){.db = db};
    if (change_revision(db, &t->rev, err) != 0 || read_home(&t->home, db, "home", err) != 0 ||
        read_home(&t->home_rule, db, "home_rule", err) != 0) {
        touch_free(t);
        return -1;
    }
    t->rev++;
    t->entries = entries_new();
    if (t->entries == NULL)
        error_set(err, "out of memory");
    else
        t->around = around_new(db, err);
    if (t->around != NULL)
        return 0;
    touch_free(t);
    return -1;
}

void touch_free(struct touch *t) {
    entries_free(t->entries);
    around_free(t->around);
    free(t->home);
    free(t->home_rule);
    *t = (struct touch){0};
}

static int write_name(struct touch *t, const char *name, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_CHANGE_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, t->rev);
    db_bind_text(s, 2, name);
    return db_run(s, err);
}

/* Says "*" in place of all the names so far, and takes no more. */
static int name_all(struct touch *t, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_CHANGE_DROP_REV, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, t->rev);
    return db_run(s, err) != 0 ? -1 : write_name(t, "*", err);
}

static int add_name(struct touch *t, const char *name, struct error *err) {
    if (t->names > NAMES_MAX)
        return 0;
    return ++t->names > NAMES_MAX ? name_all(t, err) : write_name(t, name, err);
}

int touch_name(struct touch *t, struct error *err, const char *fmt, ...) {
    char *name = NULL;
    if (t->names > NAMES_MAX)
        return 0;
    va_list args;
    va_start(args, fmt);
    int n = vasprintf(&name, fmt, args);
    va_end(args);
    if (n < 0)
        return error_set(err, "out of memory");
    int rc = add_name(t, name, err);
    free(name);
    return rc;
}

static int many_events(struct touch *t, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_EVENT_DROP_REV, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, t->rev);
    if (db_run(s, err) != 0 || (s = db_use(t->db, SQL_EVENT_MANY, err)) == NULL)
        return -1;
    db_bind_int(s, 1, t->rev);
    db_bind_int(s, 2, clock_now());
    return db_run(s, err);
}

int touch_event(struct touch *t, const char *kind, int64_t post, struct error *err) {
    if (t->events > EVENTS_MAX)
        return 0;
    if (++t->events > EVENTS_MAX)
        return many_events(t, err);
    struct db_stmt *s = db_use(t->db, SQL_EVENT_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, t->rev);
    db_bind_int(s, 2, clock_now());
    db_bind_text(s, 3, kind);
    db_bind_int(s, 4, post);
    return db_run(s, err);
}

static int spell_term(void *arg, int64_t id, struct error *err) {
    struct touch *t = arg;
    struct db_stmt *s = db_use(t->db, SQL_TERM_SPELLED, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    int rc = db_step(s, err);
    const char *now = rc == 1 ? db_text(s, 0) : NULL, *before = rc == 1 ? db_text(s, 1) : NULL;
    char *name = now != NULL && before != NULL && strcmp(now, before) != 0 ? strdup(now) : NULL;
    db_done(s);
    if (rc < 0 || name == NULL)
        return rc < 0 ? -1 : 0;
    s = db_use(t->db, SQL_TERM_SPELL, err);
    if (s != NULL) {
        db_bind_int(s, 1, id);
        db_bind_text(s, 2, name);
    }
    rc = s == NULL ? -1 : db_run(s, err);
    free(name);
    return rc != 0 ? rc : add_name(t, "site", err); /* any page may show it */
}

static int name_list(void *arg, int64_t id, struct error *err) {
    struct touch *t = arg;
    struct list l;
    if (t->names > NAMES_MAX)
        return 0;
    int rc = list_by_id(t->db, id, &l, err);
    if (rc != 1)
        return rc;
    switch (l.kind) {
    case LIST_HOME:
        return add_name(t, "list:home", err);
    case LIST_ALL:
        return add_name(t, "list:all", err);
    case LIST_SECTION:
        return touch_name(t, err, "list:section:%s", l.slug);
    case LIST_TERM:
        return touch_name(t, err, "list:%s:%s", l.taxonomy, l.slug) != 0 ||
                       (l.count <= LIST_FEW &&
                        touch_name(t, err, "few:%s:%s", l.taxonomy, l.slug) != 0)
                   ? -1
                   : touch_name(t, err, "taxonomy:%s", l.taxonomy);
    case LIST__KINDS:
        break;
    }
    return 0;
}

int touch_finish(struct touch *t, struct error *err) {
    if (entries_mend(t->entries, t->db, err) != 0 || around_finish(t, err) != 0 ||
        entries_each(t->entries, spell_term, t, err) != 0 ||
        entries_each(t->entries, name_list, t, err) != 0)
        return -1;
    struct db_stmt *s = db_use(t->db, SQL_CHANGE_PRUNE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, CHANGES_KEPT);
    return db_run(s, err);
}

bool touch_is_home(const struct touch *t, const char *section) {
    if (strcmp(t->home, "*") == 0)
        return true;
    size_t n = strlen(section);
    for (const char *at = strchr(t->home, '\n'); at != NULL; at = strchr(at + 1, '\n'))
        if (strncmp(at + 1, section, n) == 0 && at[1 + n] == '\n')
            return true;
    return false;
}

struct place {
    enum post_kind kind;
    bool home;
    struct entry_key key;
    int64_t updated;
};

static int read_place(struct touch *t, int64_t post, struct place *out, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_POST_PLACE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    int rc = db_step(s, err);
    if (rc == 1) {
        out->kind = (enum post_kind)db_int(s, 0);
        out->home = touch_is_home(t, db_text(s, 1));
        out->key = entry_key_read(s, 2);
        out->updated = db_int(s, 6);
    }
    db_done(s);
    return rc == 1 ? 0 : rc == 0 ? error_set(err, "post %lld is not there", (long long)post) : -1;
}

static int move_entry(struct touch *t, int64_t list, const struct place *p, bool on,
                      struct error *err) {
    return on ? entries_add(t->entries, t->db, list, &p->key, p->updated, err)
              : entries_remove(t->entries, t->db, list, &p->key, err);
}

static int move_entries(struct touch *t, int64_t post, const struct place *p, bool on,
                        struct error *err) {
    if (p->kind == POST_INDEX)
        return 0;
    if (p->kind == POST_POST && (move_entry(t, LIST_ID_ALL, p, on, err) != 0 ||
                                 (p->home && move_entry(t, LIST_ID_HOME, p, on, err) != 0)))
        return -1;
    struct db_stmt *s = db_use(t->db, SQL_MEMBERSHIP_OF, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    int rc;
    while ((rc = db_step(s, err)) == 1)
        if (move_entry(t, db_int(s, 0), p, on, err) != 0) {
            rc = -1;
            break;
        }
    db_done(s);
    return rc;
}

struct naming {
    struct touch *touch;
    struct error *err;
};

static int name_neighbour(void *arg, const struct neighbour *p) {
    const struct naming *n = arg;
    return touch_name(n->touch, n->err, "post:%lld", (long long)p->id) != 0
               ? -1
               : around_post(n->touch->around, p->id, n->err);
}

/* The page of a post leads to the ones before and after it, in the home list or else in its section. */
static int name_neighbours(struct touch *t, int64_t post, const struct place *p,
                           struct error *err) {
    struct naming n = {t, err};
    int64_t list = LIST_ID_HOME;
    if (!p->home) {
        struct db_stmt *s = db_use(t->db, SQL_POST_SECTION_LIST, err);
        if (s == NULL)
            return -1;
        db_bind_int(s, 1, post);
        int rc = db_step(s, err);
        list = rc == 1 ? db_int(s, 0) : 0;
        db_done(s);
        if (rc != 1)
            return rc;
    }
    return list_neighbours(t->db, list, &p->key, name_neighbour, &n, err) < 0 ? -1 : 0;
}

/* An _index.md is no member of its list but its page: name and words above it. The name is shown by
 * the list's posts, too, which "index:ID" names; "list:…" would name every post at each publication. */
static int set_index(struct touch *t, int64_t post, bool on, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_INDEX_LISTS, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    int rc;
    while ((rc = db_step(s, err)) == 1)
        if (entries_touch(t->entries, db_int(s, 0), err) != 0 ||
            touch_name(t, err, "index:%lld", (long long)db_int(s, 0)) != 0) {
            rc = -1;
            break;
        }
    db_done(s);
    if (rc < 0 || (s = db_use(t->db, on ? SQL_INDEX_ON : SQL_INDEX_OFF, err)) == NULL)
        return -1;
    db_bind_int(s, 1, post);
    return db_run(s, err);
}

int touch_place(struct touch *t, int64_t post, bool on, struct error *err) {
    struct place p = {0};
    if (read_place(t, post, &p, err) != 0 ||
        (p.kind != POST_INDEX && !on && around_leaving(t, post, err) != 0) ||
        move_entries(t, post, &p, on, err) != 0 ||
        (p.kind == POST_INDEX && set_index(t, post, on, err) != 0) ||
        (p.kind == POST_POST && (around_post(t->around, post, err) != 0 ||
                                 ((t->names <= NAMES_MAX || !around_is_all(t->around)) &&
                                  name_neighbours(t, post, &p, err) != 0))))
        return -1;
    return touch_name(t, err, "post:%lld", (long long)post);
}

/* The section with the most live posts; its counts must be mended by now. */
static int largest(struct touch *t, struct buf *out, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_LARGEST_SECTION, err);
    int rc = s == NULL ? -1 : db_step(s, err);
    if (rc == 1)
        buf_printf(out, "\n%s\n", db_text(s, 0));
    else if (rc == 0)
        buf_puts(out, "*");
    db_done(s);
    return rc < 0 ? -1 : 0;
}

/* Replaces *kept by a copy of value, in memory and in the table. */
static int keep_setting(struct touch *t, char **kept, const char *key, const char *value,
                        struct error *err) {
    char *copy = strdup(value);
    if (copy == NULL)
        return error_set(err, "out of memory");
    free(*kept);
    *kept = copy;
    return setting_put(t->db, key, copy, err);
}

static int refill(struct touch *t, const char *home, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_HOME_CLEAR, err);
    if (s == NULL || db_run(s, err) != 0 || (s = db_use(t->db, SQL_HOME_FILL, err)) == NULL)
        return -1;
    around_all(t->around);
    db_bind_text(s, 1, home);
    return db_run(s, err) != 0 ? -1 : entries_rebuilt(t->entries, t->db, LIST_ID_HOME, err);
}

int touch_home(struct touch *t, const char *rule, struct error *err) {
    struct buf home;
    buf_init(&home, HOME_MAX);
    int rc = 0;
    if (*rule != '\0')
        buf_puts(&home, rule);
    else
        rc = entries_mend(t->entries, t->db, err) == 0 ? largest(t, &home, err) : -1;
    if (rc == 0 && strcmp(rule, t->home_rule) != 0)
        rc = keep_setting(t, &t->home_rule, "home_rule", rule, err);
    if (rc == 0 && strcmp(buf_str(&home), t->home) != 0) {
        rc = keep_setting(t, &t->home, "home", buf_str(&home), err);
        if (rc == 0)
            rc = refill(t, t->home, err);
    }
    buf_free(&home);
    return rc;
}
