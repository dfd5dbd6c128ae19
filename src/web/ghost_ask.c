/* What a request of Ghost's API asks for. Unknown parameters, includes, formats, fields and orders are passed over, as
 * Ghost passes over them; what cannot be read is 400. */
#include "web/ghost.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "web/pages.h"

#include <stdio.h>
#include <stdlib.h>
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

int ghost_ask(struct ghost *g, bool list) {
    buf_init(&g->fields, 2 * SHORT_MAX);
    g->filter.where.root = g->filter.in_order = -1;
    int rc = read_words(g);
    if (rc == 0 && list)
        rc = read_page(g);
    if (rc == 0 && list)
        rc = read_filter(g);
    if (rc == 0 && list)
        rc = read_order(g);
    return rc;
}

void ghost_ask_free(struct ghost *g) {
    buf_free(&g->fields);
    ghost_filter_free(&g->filter);
    free(g->authors);
}

/* ---- authors ---- */

static bool has_taxonomy(const struct snapshot *site, const char *plural) {
    size_t i;
    json_t *taxonomy;
    json_array_foreach(json_object_get(site->settings, "taxonomies"), i, taxonomy) {
        if (strcmp(json_get_string(taxonomy, "plural", ""), plural) == 0)
            return true;
    }
    return false;
}

/* Who the author of posts without one is. */
static int find_house(struct ghost *g, struct error *err) {
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
    return found < 0 ? -1 : 0;
}

/* The filter has an id that only the authors themselves tell. */
static bool asks_named(const struct ghost *g) {
    const struct query_where *w = &g->filter.where;
    for (int i = 0; i < w->value_count; i++)
        if (w->values[i].kind == QUERY_NUMBER && w->values[i].number < -1)
            return true;
    return false;
}

static int read_named(struct ghost *g, struct error *err) {
    g->authors = calloc(QUERY_AUTHORS_MAX + 1, sizeof *g->authors);
    if (g->authors == NULL)
        return error_set(err, "out of memory");
    int n = g->named ? query_named(g->v->db, g->authors, QUERY_AUTHORS_MAX, err) : 0;
    if (n < 0 || (g->author_name != NULL &&
                  query_unsigned(g->v->db, g->named, &g->author_unsigned, err) != 0))
        return -1;
    bool found = g->author_name == NULL || g->author_id != 0 || g->author_unsigned == 0;
    for (int i = 0; i < n; i++) {
        struct query_author *a = &g->authors[i];
        bool house = g->author_name != NULL && strcmp(a->slug, g->author_slug) == 0;
        a->id = house ? 0 : ghost_hash(a->slug);
        a->count += house ? g->author_unsigned : 0;
        found = found || house;
    }
    if (!found) {
        struct query_author *a = &g->authors[n++];
        a->count = g->author_unsigned;
        snprintf(a->slug, sizeof a->slug, "%s", g->author_slug);
        snprintf(a->name, sizeof a->name, "%s", g->author_name);
    }
    g->author_count = (size_t)n;
    return 0;
}

int ghost_find_authors(struct ghost *g, bool list, struct slice read, struct error *err) {
    g->named = !has_taxonomy(g->v->site, "authors");
    if (find_house(g, err) != 0)
        return -1;
    bool house = !list && slice_starts(read, "slug/") && g->author_name != NULL &&
                 slice_eq(slice_n(read.ptr + 5, read.len - 5), g->author_slug);
    bool wanted = g->from == QUERY_AUTHORS && (!house || (g->include & GHOST_WITH_COUNT) != 0);
    return wanted || (g->named && asks_named(g)) ? read_named(g, err) : 0;
}
