/* What a request of Ghost's API asks for. Unknown parameters, includes, formats, fields and orders are passed over, as
 * Ghost passes over them; what cannot be read is 400. */
#include "web/ghost.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "web/pages.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT = 15, LIMIT_MAX = QUERY_SIZE_MAX, PAGE_MAX = 100000, SHORT_MAX = 1024 };

static int bad(struct visit *v, const char *message, const char *context) {
    ghost_error(v, 400, message, context, NULL);
    return VISIT_DONE;
}

/* The parameter's value in out, which holds as much as it may: 0 (empty when not given), VISIT_DONE. */
static int read_param(struct ghost *g, const char *name, struct buf *out) {
    char context[160];
    if (http_request_param(g->v->q, name, out) >= 0 && buf_ok(out))
        return 0;
    snprintf(context, sizeof context, "%s is malformed, or longer than %zu bytes.", name, out->max);
    return bad(g->v, "Error parsing the query", context);
}

/* Bits of the words of a list, parted by commas, that are among choices. */
static unsigned words_of(const char *text, const char *const *choices, size_t count) {
    struct slice rest = slice_of(text), word;
    unsigned bits = 0;
    while (slice_next(&rest, ',', &word)) {
        word = slice_trim(word);
        for (size_t i = 0; i < count; i++)
            if (slice_eq(word, choices[i]))
                bits |= 1U << i;
    }
    return bits;
}

static int read_words(struct ghost *g) {
    static const char *const includes[] = {"tags", "authors", "count.posts"};
    static const char *const formats[] = {"html", "plaintext"};
    struct buf text;
    buf_init(&text, SHORT_MAX);
    int rc = read_param(g, "include", &text);
    g->include = rc == 0 ? words_of(buf_str(&text), includes, 3) : 0;
    buf_clear(&text);
    if (rc == 0)
        rc = read_param(g, "formats", &text);
    g->formats = rc == 0 ? words_of(buf_str(&text), formats, 2) : 0;
    g->formats_given = g->formats != 0;
    if (g->formats == 0)
        g->formats = GHOST_HTML;
    buf_free(&text);
    return rc != 0 ? rc : read_param(g, "fields", &g->fields);
}

bool ghost_wants(const struct ghost *g, const char *name) {
    struct slice rest = slice_of(buf_str(&g->fields)), word;
    if (g->fields.len == 0)
        return true;
    while (slice_next(&rest, ',', &word))
        if (slice_eq(slice_trim(word), name))
            return true;
    return false;
}

/* ---- lists ---- */

static int read_page(struct ghost *g) {
    struct buf text;
    buf_init(&text, 64);
    g->limit = LIMIT;
    g->page = 1;
    int rc = read_param(g, "limit", &text);
    if (rc == 0 && strcmp(buf_str(&text), "all") == 0)
        g->limit = LIMIT_MAX;
    else if (rc == 0 && text.len > 0 && text_int(&g->limit, buf_str(&text), 1, INT64_MAX) != 0)
        rc = bad(g->v, "Error parsing limit",
                 "It is a number from 1 to 100, or all (which is 100).");
    g->limit = g->limit > LIMIT_MAX ? LIMIT_MAX : g->limit;
    buf_clear(&text);
    if (rc == 0)
        rc = read_param(g, "page", &text);
    if (rc == 0 && text.len > 0 && text_int(&g->page, buf_str(&text), 1, PAGE_MAX) != 0)
        rc = bad(g->v, "Error parsing page", "It is a number from 1 to 100000.");
    buf_free(&text);
    return rc;
}

/* "title", "title asc", "count.posts DESC" */
static bool read_one_order(struct ghost *g, struct slice part, bool *room) {
    struct slice name, way, more;
    struct query_order o = {.down = false};
    if (part.len == 0)
        return true;
    slice_next(&part, ' ', &name);
    part = part.ptr == NULL ? slice_of("") : slice_trim(part);
    for (size_t i = 0; i < name.len; i++)
        if (!text_is_alpha(name.ptr[i]) && !text_is_digit(name.ptr[i]) && name.ptr[i] != '_' &&
            name.ptr[i] != '.')
            return false;
    char word[8] = "";
    way = slice_next(&part, ' ', &more) ? more : slice_of("");
    if (part.ptr != NULL || way.len >= sizeof word)
        return false;
    memcpy(word, way.ptr, way.len);
    o.down = text_eq_nocase(word, "desc");
    if (!o.down && *word != '\0' && !text_eq_nocase(word, "asc"))
        return false;
    if (ghost_order_column(g->from, name.ptr, name.len, &o.column) != 0)
        return true;
    *room = g->order_count < QUERY_ORDERS;
    if (*room)
        g->order[g->order_count++] = o;
    return true;
}

static int read_order(struct ghost *g) {
    struct buf text;
    bool good = true, room = true;
    buf_init(&text, SHORT_MAX);
    int rc = read_param(g, "order", &text);
    struct slice rest = slice_of(buf_str(&text)), part;
    while (rc == 0 && good && room && slice_next(&rest, ',', &part))
        good = read_one_order(g, slice_trim(part), &room);
    if (rc == 0 && (!good || !room))
        rc = bad(g->v, "Error parsing order",
                 "It is a list of fields, each with asc or desc, parted by commas, at most six.");
    buf_free(&text);
    if (rc == 0 && g->order_count == 0 && g->filter.in_order < 0) {
        bool posts = g->from == QUERY_POSTS || g->from == QUERY_PAGES;
        g->order[g->order_count++] =
            (struct query_order){posts ? QUERY_PUBLISHED : QUERY_NAME, posts};
    }
    return rc;
}

static int read_filter(struct ghost *g) {
    struct error why = {0};
    struct buf text;
    buf_init(&text, GHOST_FILTER_MAX);
    int rc = read_param(g, "filter", &text);
    if (rc == 0 &&
        ghost_filter_read(&g->filter, g->from, buf_str(&text), text.len, clock_now(), &why) != 0)
        rc = bad(g->v, "Error parsing filter", why.text);
    buf_free(&text);
    return rc;
}

int ghost_ask(struct ghost *g, bool list, struct error *err) {
    buf_init(&g->fields, 2 * SHORT_MAX);
    g->filter.where.root = g->filter.in_order = -1;
    int rc = read_words(g);
    if (rc == 0 && list)
        rc = read_page(g);
    if (rc == 0 && list)
        rc = read_filter(g);
    if (rc == 0 && list)
        rc = read_order(g);
    return rc == 0 ? ghost_find_author(g, err) : rc;
}

void ghost_ask_free(struct ghost *g) {
    buf_free(&g->fields);
    ghost_filter_free(&g->filter);
}

int ghost_find_author(struct ghost *g, struct error *err) {
    const json_t *author = json_object_get(g->v->site->settings, "author");
    const char *name = json_get_string(author, "name", "");
    struct buf slug;
    struct list l;
    buf_init(&slug, sizeof g->author_slug - 1);
    if (*name == '\0' || unicode_urlize(&slug, name, strlen(name), false) != 0 || slug.len == 0) {
        buf_free(&slug);
        return 0;
    }
    g->author_name = name;
    g->author_url = json_get_string(author, "url", "");
    memcpy(g->author_slug, buf_str(&slug), slug.len + 1);
    buf_free(&slug);
    int found = list_find(g->v->db, LIST_TERM, "authors", g->author_slug, &l, err);
    g->author_id = found == 1 ? l.id : 0;
    if (found >= 0 && g->from == QUERY_AUTHORS)
        return query_unsigned(g->v->db, &g->author_count, err);
    return found < 0 ? -1 : 0;
}
