/* See browse.h. Numbers sort before text and text before blobs: INT64_MIN is below every key, an empty
 * blob above. */
#include "store/browse.h"

#include "store/entries.h"

#include <string.h>

static void bind_low(struct db_stmt *s, int i) {
    db_bind_int(s, i, INT64_MIN);
}

static void bind_high(struct db_stmt *s, int i) {
    db_bind_blob(s, i, "", 0);
}

static void bind_beyond(struct db_stmt *s, int i, const struct browse_key *key, bool text,
                        bool down) {
    if (key == NULL && down)
        bind_high(s, i);
    else if (key == NULL)
        bind_low(s, i);
    else if (text)
        db_bind_textn(s, i, key->text, key->len);
    else
        db_bind_int(s, i, key->number);
    db_bind_int(s, i + 1, key != NULL ? key->post : down ? INT64_MAX : 0);
}

static void bind_time(struct db_stmt *s, int i, const int64_t *time) {
    if (time == NULL)
        db_bind_null(s, i);
    else
        db_bind_int(s, i, *time);
}

/* Where the walk ends: a range of times is a range of keys when they are what is sorted by. */
static void bind_end(struct db_stmt *s, int i, const struct browse *b) {
    const int64_t *end = b->sort != BROWSE_PUBLISHED ? NULL : b->down ? b->since : b->until;
    if (end != NULL)
        db_bind_int(s, i, *end);
    else if (b->down)
        bind_low(s, i);
    else
        bind_high(s, i);
}

/* ...and where it begins, when it is there that the first one is. */
static const struct browse_key *begin_of(const struct browse *b, struct browse_key *edge) {
    const int64_t *from = b->down ? b->until : b->since;
    if (b->sort != BROWSE_PUBLISHED || from == NULL)
        return b->beyond;
    *edge = (struct browse_key){.number = *from};
    bool inside =
        b->beyond != NULL && (b->down ? b->beyond->number < *from : b->beyond->number >= *from);
    return inside ? b->beyond : edge;
}

static void read_key(struct browse_key *key, struct db_stmt *s, int column, bool text) {
    size_t n = 0;
    const void *bytes = text ? db_blob(s, column, &n) : NULL;
    key->number = text ? 0 : db_int(s, column);
    key->len = n < BROWSE_TEXT_MAX ? n : BROWSE_TEXT_MAX;
    if (key->len > 0)
        memcpy(key->text, bytes, key->len);
    key->text[key->len] = '\0';
}

static bool is_few(const struct browse *b) {
    return b->match != NULL || b->state != BROWSE_LIVE;
}

int browse_run(struct db *db, const struct browse *b, browse_fn *fn, void *arg, struct error *err) {
    enum sql_statement name = is_few(b) ? (b->down ? SQL_FEW_DOWN : SQL_FEW_UP)
                                        : (b->down ? SQL_BROWSE_DOWN : SQL_BROWSE_UP);
    struct db_stmt *s = db_use(db, name, err);
    struct browse_key edge, key = {0};
    bool text = b->sort == BROWSE_TITLE;
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, b->list);
    db_bind_int(s, 2, (int64_t)b->sort);
    bind_beyond(s, 3, begin_of(b, &edge), text, b->down);
    bind_end(s, 5, b);
    bind_time(s, 6, b->since);
    bind_time(s, 7, b->until);
    db_bind_int(s, 8, b->also[0]);
    db_bind_int(s, 9, b->also[1]);
    db_bind_int(s, 10, b->size);
    db_bind_int(s, 11, b->offset);
    if (is_few(b)) {
        db_bind_text(s, 12, b->match);
        db_bind_int(s, 13, (int64_t)b->state);
        db_bind_int(s, 14, b->now);
    }
    int rc = 0, stop = 0;
    while (stop == 0 && (rc = db_step(s, err)) == 1) {
        key.post = db_int(s, 0);
        read_key(&key, s, 1, text);
        stop = fn(arg, &key);
    }
    db_done(s);
    return stop != 0 ? stop : rc;
}

static int count_one(void *arg, const struct browse_key *key) {
    int64_t *n = arg;
    (void)key;
    ++*n;
    return 0;
}

static int count_rows(struct db_stmt *s, int64_t *total, struct error *err) {
    int rc = db_step(s, err);
    *total = rc == 1 ? db_int(s, 0) : 0;
    db_done(s);
    return rc < 0 ? -1 : 0;
}

int browse_count(struct db *db, const struct browse *b, int64_t *total, struct error *err) {
    struct list l;
    *total = 0;
    if (is_few(b)) {
        struct browse all = *b;
        all.beyond = NULL;
        all.offset = 0;
        all.size = -1;
        return browse_run(db, &all, count_one, total, err);
    }
    if (b->since == NULL && b->until == NULL && b->also[0] == 0 && b->also[1] == 0) {
        int rc = list_by_id(db, b->list, &l, err);
        *total = rc == 1 ? l.count : 0;
        return rc < 0 ? -1 : 0;
    }
    struct db_stmt *s = db_use(db, SQL_BROWSE_COUNT, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, b->list);
    if (b->since != NULL)
        db_bind_int(s, 2, *b->since);
    else
        bind_low(s, 2);
    if (b->until != NULL)
        db_bind_int(s, 3, *b->until);
    else
        bind_high(s, 3);
    bind_time(s, 4, b->since);
    bind_time(s, 5, b->until);
    db_bind_int(s, 6, b->also[0]);
    db_bind_int(s, 7, b->also[1]);
    return count_rows(s, total, err);
}

int browse_slug(struct db *db, const char *slug, bool any, int64_t *id, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_POST_BY_SLUG, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, slug);
    db_bind_int(s, 2, any);
    int rc = db_step(s, err);
    if (rc == 1)
        *id = db_int(s, 0);
    db_done(s);
    return rc;
}

int browse_months(struct db *db, int (*fn)(void *arg, int year, int month, int64_t count),
                  void *arg, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_MONTHS, err);
    int rc = 0, stop = 0;
    if (s == NULL)
        return -1;
    while (stop == 0 && (rc = db_step(s, err)) == 1)
        stop = fn(arg, (int)db_int(s, 0), (int)db_int(s, 1), db_int(s, 2));
    db_done(s);
    return stop != 0 ? stop : rc;
}

int places_run(struct db *db, const struct places *p, browse_fn *fn, void *arg, struct error *err) {
    struct db_stmt *s = db_use(db, p->down ? SQL_PLACES_DOWN : SQL_PLACES_UP, err);
    struct browse_key key = {0};
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, (int64_t)p->kind);
    db_bind_text(s, 2, p->taxonomy);
    db_bind_int(s, 3, p->by_count);
    bind_beyond(s, 4, p->beyond, !p->by_count, p->down);
    db_bind_int(s, 6, p->size);
    db_bind_int(s, 7, p->offset);
    int rc = 0, stop = 0;
    while (stop == 0 && (rc = db_step(s, err)) == 1) {
        key.post = db_int(s, 0);
        read_key(&key, s, 1, !p->by_count);
        stop = fn(arg, &key);
    }
    db_done(s);
    return stop != 0 ? stop : rc;
}

int places_count(struct db *db, const struct places *p, int64_t *total, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_PLACES_COUNT, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, (int64_t)p->kind);
    db_bind_text(s, 2, p->taxonomy);
    return count_rows(s, total, err);
}
