/* Lists as readers page through them: see posts.h for the order and list_boundary in the schema for
 * why page 2 and page 5,000 cost the same. */
#include "store/posts.h"

#include "store/entries.h"
#include "store/row.h"

static int one_list(struct db_stmt *s, struct list *out, struct error *err) {
    int rc = db_step(s, err);
    if (rc == 1)
        row_list(out, s);
    db_done(s);
    return rc;
}

int list_find(struct db *db, enum list_kind kind, const char *taxonomy, const char *slug,
              struct list *out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LIST_FIND, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, (int64_t)kind);
    db_bind_text(s, 2, taxonomy);
    db_bind_text(s, 3, slug);
    return one_list(s, out, err);
}

int list_by_id(struct db *db, int64_t id, struct list *out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LIST_BY_ID, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    return one_list(s, out, err);
}

int list_all(struct db *db, enum list_kind kind, const char *taxonomy, enum list_order order,
             size_t max, list_fn *fn, void *arg, struct error *err) {
    struct db_stmt *s =
        db_use(db, order == LIST_BY_NAME ? SQL_LIST_ALL_BY_NAME : SQL_LIST_ALL_BY_COUNT, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, (int64_t)kind);
    db_bind_text(s, 2, taxonomy);
    db_bind_int(s, 3, (int64_t)max);
    int rc, stop = 0;
    while ((rc = db_step(s, err)) == 1 && stop == 0) {
        struct list l;
        row_list(&l, s);
        stop = fn(arg, &l);
    }
    db_done(s);
    return rc < 0 ? -1 : stop;
}

/* The boundary next to entry number `offset` from the newest, and how many entries that one is on its old side (< 0:
 * on its new side). Boundaries are counted from the oldest entry, behind which is number 0; the list's beginning may
 * be nearer. 1: the list ends before. */
static int nearest(struct entry_key *key, int64_t *steps, struct db *db, int64_t list_id,
                   int64_t offset, struct error *err) {
    struct list l;
    *key = ENTRY_KEY_FIRST;
    *steps = offset;
    if (offset <= ENTRY_STRIDE / 2)
        return 0;
    int rc = list_by_id(db, list_id, &l, err);
    if (rc != 1 || offset >= l.count)
        return rc < 0 ? -1 : 1;
    int64_t from_oldest = l.count - offset, nth = from_oldest / ENTRY_STRIDE;
    if (from_oldest % ENTRY_STRIDE > ENTRY_STRIDE / 2)
        nth++;
    if (nth * ENTRY_STRIDE > l.count)
        return 0;
    struct db_stmt *s = nth == 0 ? NULL : db_use(db, SQL_LIST_BOUNDARY_AT, err);
    if (nth > 0 && s == NULL)
        return -1;
    if (s != NULL) {
        db_bind_int(s, 1, list_id);
        db_bind_int(s, 2, nth);
        rc = db_step(s, err);
    }
    if (rc == 1) {
        *key = s == NULL ? ENTRY_KEY_LAST : entry_key_read(s, 1);
        *steps = nth * ENTRY_STRIDE - from_oldest;
    }
    if (s != NULL)
        db_done(s);
    return rc < 0 ? -1 : 0;
}

/* The key of entry number `offset` from the newest, or one right before it: 1, 0 the list ends before, -1. */
static int key_at(struct entry_key *key, struct db *db, int64_t list_id, int64_t offset,
                  struct error *err) {
    int64_t steps;
    int rc = nearest(key, &steps, db, list_id, offset, err);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    return steps == 0 ? 1 : entry_key_step(key, steps, db, list_id, err);
}

int list_posts(struct db *db, int64_t list_id, int64_t offset, int64_t size, enum list_part part,
               post_fn *fn, void *arg, struct error *err) {
    struct entry_key key;
    int rc = key_at(&key, db, list_id, offset, err);
    if (rc != 1)
        return rc;
    static const struct {
        enum sql_statement from, top;
        enum row_part part;
    } runs[] = {[LIST_SHORT] = {SQL_LIST_RUN_SHORT, SQL_LIST_TOP_SHORT, ROW_SHORT},
                [LIST_LINES] = {SQL_LIST_RUN_LINES, SQL_LIST_TOP_LINES, ROW_LINE},
                [LIST_CARDS] = {SQL_LIST_RUN, SQL_LIST_RUN, ROW_CARD},
                [LIST_BODIES] = {SQL_LIST_RUN_WHOLE, SQL_LIST_RUN_WHOLE, ROW_WHOLE}};
    struct db_stmt *s = db_use(db, offset == 0 ? runs[part].top : runs[part].from, err);
    if (s == NULL)
        return -1;
    entry_key_bind(s, list_id, &key);
    db_bind_int(s, 6, size);
    return row_each(s, runs[part].part, fn, arg, err);
}

int list_neighbours(struct db *db, int64_t list_id, const struct entry_key *key, neighbour_fn *fn,
                    void *arg, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LIST_BESIDE, err);
    if (s == NULL)
        return -1;
    int rc, stop = 0;
    entry_key_bind(s, list_id, key);
    while ((rc = db_step(s, err)) == 1 && stop == 0) {
        const struct neighbour p = {
            .older = db_int(s, 0) != 0,
            .id = db_int(s, 1),
            .permalink = db_text(s, 2),
            .title = db_text(s, 3),
        };
        stop = fn(arg, &p);
    }
    db_done(s);
    return rc < 0 ? -1 : stop;
}
