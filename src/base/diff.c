/* The greedy search keeps, for every number of changes d, how far each diagonal k = x - y got; the way is then
 * walked back from the end. Kept is row d with its d + 1 diagonals, so memory is at most
 * DIFF_CHANGES_MAX^2 / 2 numbers (half a megabyte). What the texts begin and end with alike is left out before. */
#include "base/diff.h"

#include <stdlib.h>
#include <string.h>

struct side {
    struct slice *lines;
    size_t count;
};

struct search {
    const struct slice *a, *b; /* the parts that differ */
    size_t n, m;
    int32_t *rows; /* row d begins at d * (d + 1) / 2, diagonal k at (k + d) / 2 */
    char *kinds;   /* what is said, from the end */
    size_t kind_count;
};

static int split(struct side *s, struct slice text, struct error *err) {
    struct slice rest = text, line;
    size_t n = 1;
    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '\n';
    if (n > DIFF_LINES_MAX) {
        (void)error_set(err, "a text has more than %d lines: it is too long to be compared",
                        DIFF_LINES_MAX);
        return -1;
    }
    s->lines = calloc(n, sizeof *s->lines);
    if (s->lines == NULL) {
        (void)error_set(err, "out of memory");
        return -1;
    }
    while (text.len > 0 && slice_next(&rest, '\n', &line)) {
        if (rest.ptr == NULL && line.len == 0)
            break; /* behind the last line's end */
        if (line.len > 0 && line.ptr[line.len - 1] == '\r')
            line.len--;
        s->lines[s->count++] = line;
    }
    return 0;
}

static bool same(const struct slice *a, const struct slice *b) {
    return a->len == b->len && memcmp(a->ptr, b->ptr, a->len) == 0;
}

static int32_t *row(const struct search *s, int32_t d) {
    return s->rows + (size_t)d * ((size_t)d + 1) / 2;
}

/* How far one gets on diagonal k with d changes, before what is alike there. */
static int32_t step(const struct search *s, int32_t d, int32_t k, bool *down) {
    if (d == 0) {
        *down = false;
        return 0;
    }
    const int32_t *before = row(s, d - 1); /* diagonals -(d-1)..d-1 */
    int32_t left = k > -d ? before[(k - 1 + d - 1) / 2] : -1;
    int32_t up = k < d ? before[(k + 1 + d - 1) / 2] : -1;
    *down = k == -d || (k != d && left < up);
    return *down ? up : left + 1;
}

/* The fewest changes; -1 when they are more than DIFF_CHANGES_MAX. */
static int32_t forward(const struct search *s) {
    int32_t n = (int32_t)s->n, m = (int32_t)s->m;
    for (int32_t d = 0; d <= DIFF_CHANGES_MAX; d++) {
        int32_t *now = row(s, d);
        for (int32_t k = -d; k <= d; k += 2) {
            bool down;
            int32_t x = step(s, d, k, &down), y = x - k;
            while (x >= 0 && y >= 0 && x < n && y < m && same(&s->a[x], &s->b[y])) {
                x++;
                y++;
            }
            /* beyond an edge there is nothing: a diagonal there leads nowhere */
            now[(k + d) / 2] = x > n || y > m ? INT32_MIN / 2 : x;
            if (x == n && y == m)
                return d;
        }
    }
    return -1;
}

static void back(struct search *s, int32_t d) {
    int32_t x = (int32_t)s->n, y = (int32_t)s->m;
    for (; d >= 0; d--) {
        bool down;
        int32_t k = x - y, from = step(s, d, k, &down);
        for (; x > from; x--, y--)
            s->kinds[s->kind_count++] = DIFF_SAME;
        if (d == 0)
            return;
        s->kinds[s->kind_count++] = down ? DIFF_NEW : DIFF_GONE;
        if (down)
            y--;
        else
            x--;
    }
}

/* Says what kinds tell, gone lines before new ones. */
static int tell(const struct search *s, diff_fn *fn, void *arg) {
    size_t x = 0, y = 0, i = s->kind_count;
    int rc = 0;
    while (rc == 0 && i > 0) {
        size_t gone = 0, came = 0;
        for (; i > 0 && s->kinds[i - 1] != DIFF_SAME; i--) {
            gone += s->kinds[i - 1] == DIFF_GONE;
            came += s->kinds[i - 1] == DIFF_NEW;
        }
        for (; rc == 0 && gone > 0; gone--)
            rc = fn(arg, DIFF_GONE, s->a[x++]);
        for (; rc == 0 && came > 0; came--)
            rc = fn(arg, DIFF_NEW, s->b[y++]);
        for (; rc == 0 && i > 0 && s->kinds[i - 1] == DIFF_SAME; i--, y++)
            rc = fn(arg, DIFF_SAME, s->a[x++]);
    }
    return rc;
}

static int tell_all(const struct slice *lines, size_t n, enum diff_kind kind, diff_fn *fn,
                    void *arg) {
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = fn(arg, kind, lines[i]);
    return rc;
}

static int compare(struct search *s, diff_fn *fn, void *arg, struct error *err) {
    size_t most = DIFF_CHANGES_MAX < s->n + s->m ? DIFF_CHANGES_MAX : s->n + s->m;
    s->rows = malloc((most + 1) * (most + 2) / 2 * sizeof *s->rows);
    s->kinds = malloc(s->n + s->m + 1);
    int rc = -1;
    if (s->rows == NULL || s->kinds == NULL) {
        (void)error_set(err, "out of memory");
    } else {
        int32_t d = forward(s);
        if (d >= 0) {
            back(s, d);
            rc = tell(s, fn, arg);
        } else {
            rc = tell_all(s->a, s->n, DIFF_GONE, fn, arg);
            if (rc == 0)
                rc = tell_all(s->b, s->m, DIFF_NEW, fn, arg);
        }
    }
    free(s->rows);
    free(s->kinds);
    return rc;
}

int diff_lines(struct slice before, struct slice after, diff_fn *fn, void *arg, struct error *err) {
    struct side a = {0}, b = {0};
    int rc = split(&a, before, err) != 0 || split(&b, after, err) != 0 ? -1 : 0;
    size_t head = 0, tail = 0;
    while (rc == 0 && head < a.count && head < b.count && same(&a.lines[head], &b.lines[head]))
        head++;
    while (rc == 0 && tail < a.count - head && tail < b.count - head &&
           same(&a.lines[a.count - 1 - tail], &b.lines[b.count - 1 - tail]))
        tail++;
    if (rc == 0)
        rc = tell_all(a.lines, head, DIFF_SAME, fn, arg);
    struct search s = {.a = a.lines + head,
                       .b = b.lines + head,
                       .n = a.count - head - tail,
                       .m = b.count - head - tail};
    if (rc == 0)
        rc = compare(&s, fn, arg, err);
    if (rc == 0)
        rc = tell_all(a.lines + a.count - tail, tail, DIFF_SAME, fn, arg);
    free(a.lines);
    free(b.lines);
    return rc;
}
