/* What one publishing transaction touches: list entries, the home list, names for caches. */
#include "store/publication.h"

#include "base/buf.h"
#include "store/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANGES_KEPT = 100000, HOME_MAX = 64 * 1024 };

int touch_begin(struct touch *t, struct db *db, int64_t now, struct error *err) {
    *t = (struct touch){.db = db, .now = now};
    struct buf home;
    buf_init(&home, HOME_MAX);
    int rc = change_revision(db, &t->rev, err);
    if (rc == 0)
        rc = setting_get(db, "home", &home, err);
    t->rev++;
    t->entries = rc >= 0 ? entries_new() : NULL;
    t->home = rc >= 0 ? strdup(home.len > 0 ? buf_str(&home) : "*") : NULL;
    buf_free(&home);
    if (rc < 0)
        return -1;
    if (t->entries == NULL || t->home == NULL) {
        touch_free(t);
        return error_set(err, "out of memory");
    }
    return 0;
}

void touch_free(struct touch *t) {
    entries_free(t->entries);
    free(t->home);
    *t = (struct touch){0};
}

static int add_name(struct touch *t, const char *name, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_CHANGE_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, t->rev);
    db_bind_text(s, 2, name);
    return db_run(s, err);
}

int touch_name(struct touch *t, struct error *err, const char *fmt, ...) {
    char *name = NULL;
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

static int name_list(void *arg, int64_t id, struct error *err) {
    struct touch *t = arg;
    struct list l;
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
        return touch_name(t, err, "list:%s:%s", l.taxonomy, l.slug) != 0
                   ? -1
                   : touch_name(t, err, "taxonomy:%s", l.taxonomy);
    case LIST__KINDS:
        break;
    }
    return 0;
}

int touch_finish(struct touch *t, struct error *err) {
    if (entries_mend(t->entries, t->db, err) != 0 ||
        entries_each(t->entries, name_list, t, err) != 0)
        return -1;
    struct db_stmt *s = db_use(t->db, SQL_CHANGE_PRUNE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, CHANGES_KEPT);
    return db_run(s, err);
}

static bool shown_at_home(const struct touch *t, const char *section) {
    if (strcmp(t->home, "*") == 0)
        return true;
    size_t n = strlen(section);
    for (const char *at = strchr(t->home, '\n'); at != NULL; at = strchr(at + 1, '\n'))
        if (strncmp(at + 1, section, n) == 0 && at[1 + n] == '\n')
            return true;
    return false;
}

struct standing {
    enum post_kind kind;
    bool home;
    struct entry_key key;
    int64_t updated;
};

static int read_standing(struct touch *t, int64_t post, struct standing *out, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_POST_STANDING_KEY, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    int rc = db_step(s, err);
    if (rc == 1) {
        out->kind = (enum post_kind)db_int(s, 0);
        out->home = shown_at_home(t, db_text(s, 1));
        out->key = (struct entry_key){db_int(s, 2), db_int(s, 3), db_int(s, 4), post};
        out->updated = db_int(s, 5);
    }
    db_done(s);
    return rc == 1 ? 0 : rc == 0 ? error_set(err, "post %lld is not there", (long long)post) : -1;
}

static int move_entry(struct touch *t, int64_t list, const struct standing *p, bool on,
                      struct error *err) {
    return on ? entries_add(t->entries, t->db, list, &p->key, p->updated, err)
              : entries_remove(t->entries, t->db, list, &p->key, err);
}

static int move_entries(struct touch *t, int64_t post, const struct standing *p, bool on,
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

/* An _index.md is no member of its list but its page: name and words above it. */
static int set_index(struct touch *t, int64_t post, bool on, struct error *err) {
    struct db_stmt *s = db_use(t->db, on ? SQL_INDEX_ON : SQL_INDEX_OFF, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    return db_run(s, err);
}

int touch_live(struct touch *t, int64_t post, bool on, struct error *err) {
    struct standing p = {0};
    if (read_standing(t, post, &p, err) != 0 || move_entries(t, post, &p, on, err) != 0 ||
        (p.kind == POST_INDEX && set_index(t, post, on, err) != 0))
        return -1;
    struct db_stmt *s = db_use(t->db, SQL_POST_SET_LIVE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    db_bind_int(s, 2, on);
    if (db_run(s, err) != 0)
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

static int refill(struct touch *t, const char *home, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_HOME_CLEAR, err);
    if (s == NULL || db_run(s, err) != 0 || (s = db_use(t->db, SQL_HOME_FILL, err)) == NULL)
        return -1;
    db_bind_text(s, 1, home);
    if (db_run(s, err) != 0 || entries_rebuilt(t->entries, t->db, LIST_ID_HOME, err) != 0 ||
        (s = db_use(t->db, SQL_SETTING_PUT, err)) == NULL)
        return -1;
    db_bind_text(s, 1, "home");
    db_bind_text(s, 2, home);
    return db_run(s, err);
}

int touch_home(struct touch *t, const char *wanted, struct error *err) {
    struct buf home;
    buf_init(&home, HOME_MAX);
    int rc = 0;
    if (*wanted != '\0')
        buf_puts(&home, wanted);
    else
        rc = entries_mend(t->entries, t->db, err) == 0 ? largest(t, &home, err) : -1;
    if (rc == 0 && strcmp(buf_str(&home), t->home) != 0) {
        rc = refill(t, buf_str(&home), err);
        free(t->home);
        t->home = strdup(buf_str(&home));
    }
    buf_free(&home);
    return rc == 0 && t->home == NULL ? error_set(err, "out of memory") : rc;
}
