#include "web/api_view.h"

#include "base/date.h"
#include "web/link.h"
#include "web/view.h"

#include <string.h>

const struct api_member api_post_members[] = {
    {"id", "integer", API_IN_LISTS, "Stays for ever"},
    {"title", "string", API_IN_LISTS, "Plain text"},
    {"slug", "string", API_IN_LISTS, "Its own part of the address"},
    {"section", "string", API_IN_LISTS, "The section it is in, empty at the root"},
    {"url", "uri-reference", API_IN_LISTS, "Path of its page"},
    {"permalink", "uri", API_IN_LISTS, "Full address of its page"},
    {"live", "boolean", API_IN_LISTS, "Readers see it"},
    {"description", "string?", API_IN_LISTS, "For search engines and cards"},
    {"summary", "string", API_IN_LISTS, "Plain text: the author's, or the beginning"},
    {"published", "date-time?", API_IN_LISTS, "In UTC; null without a date"},
    {"updated", "date-time?", API_IN_LISTS, "In UTC"},
    {"words", "integer", API_IN_LISTS, "How many it has"},
    {"minutes", "integer?", API_IN_LISTS, "They take to read"},
    {"cover", "Cover?", API_IN_LISTS, "Its picture"},
    {"authors", "[Term]", API_IN_LISTS, "Its own, else the site's"},
    {"tags", "[Term]", API_TAGS, "With include=tags"},
    {"categories", "[Term]", API_TAGS, "With include=tags"},
    {"series", "[Term]", API_TAGS, "With include=tags"},
    {"html", "string", API_BODY, "The whole text as HTML, with include=body"},
    {"toc", "[Heading]", API_TOC, "Its headings as a tree, with include=toc"},
    {"params", "object", API_ALONE, "What else its front matter says"},
    {"body", "string?", API_TRUSTED, "Markdown of a post that was written here, for tokens"},
    {0},
};

uint64_t api_members_in(unsigned groups) {
    uint64_t bits = 0;
    for (unsigned i = 0; api_post_members[i].name != NULL; i++)
        if ((api_post_members[i].groups & groups) != 0)
            bits |= (uint64_t)1 << i;
    return bits;
}

static uint64_t bit_of(const char *name) {
    for (unsigned i = 0; api_post_members[i].name != NULL; i++)
        if (strcmp(api_post_members[i].name, name) == 0)
            return (uint64_t)1 << i;
    return 0;
}

bool api_members_whole(uint64_t members) {
    return (members & (bit_of("html") | bit_of("toc") | bit_of("body"))) != 0;
}

int api_put_seconds(json_t *o, const char *key, int64_t seconds) {
    struct buf b;
    buf_init(&b, 64);
    int rc = date_rfc3339(&b, seconds, 0);
    if (rc == 0)
        rc = json_put_string(o, key, buf_str(&b));
    buf_free(&b);
    return rc;
}

/* Text of the store that is a JSON object; an empty one when it is none. */
static json_t *object_of(const char *text) {
    json_t *o = text == NULL ? NULL : json_loads(text, 0, NULL);
    if (json_is_object(o))
        return o;
    json_decref(o);
    return json_object();
}

/* The tree without what is only of use to templates. */
static void trim_headings(json_t *list, int depth) {
    size_t i;
    json_t *heading;
    json_array_foreach(list, i, heading) {
        json_object_del(heading, "nested");
        if (depth < 8)
            trim_headings(json_object_get(heading, "children"), depth + 1);
    }
}

static json_t *headings(const struct post *p) {
    json_t *top = view_toc(p->outline);
    json_t *list =
        json_is_object(top) ? json_incref(json_object_get(top, "children")) : json_array();
    json_decref(top);
    trim_headings(list, 0);
    return list;
}

/* Markdown as its writer sent it; null for a post of a file, which is to be changed there. */
static int put_markdown(json_t *o, const struct post *p) {
    const char *end = p->markdown == NULL ? NULL : memchr(p->markdown, '\n', p->markdown_len);
    if (!post_is_api(p->source) || end == NULL)
        return json_put(o, "body", json_null());
    return json_put_stringn(o, "body", end + 1, p->markdown_len - (size_t)(end + 1 - p->markdown));
}

static int put_time(json_t *o, const char *name, bool known, int64_t seconds) {
    return known ? api_put_seconds(o, name, seconds) : json_put(o, name, json_null());
}

static int put_member(json_t *o, struct visit *v, const struct post *p, const char *name,
                      const json_t *card) {
    if (strcmp(name, "published") == 0)
        return put_time(o, name, p->has_date, p->published);
    if (strcmp(name, "updated") == 0)
        return put_time(o, name, p->updated != 0, p->updated);
    if (strcmp(name, "live") == 0)
        return json_put_bool(o, name, p->live);
    if (strcmp(name, "cover") == 0)
        return json_put(o, name, view_cover(v->site, v->db, p));
    if (strcmp(name, "html") == 0)
        return view_put_html(o, v->site, v->db, p);
    if (strcmp(name, "toc") == 0)
        return json_put(o, name, headings(p));
    if (strcmp(name, "params") == 0)
        return json_put(o, name, object_of(p->params));
    if (strcmp(name, "body") == 0)
        return put_markdown(o, p);
    return json_put(o, name, json_incref(json_object_get(card, name)));
}

json_t *api_view_post(struct visit *v, const struct post *p, uint64_t members) {
    json_t *card = view_card(v->site, p), *o = json_object();
    int bad = card == NULL;
    for (unsigned i = 0; bad == 0 && api_post_members[i].name != NULL; i++)
        if ((members >> i & 1) != 0)
            bad = put_member(o, v, p, api_post_members[i].name, card);
    json_decref(card);
    return view_done(o, bad);
}

json_t *api_view_list(struct visit *v, const struct list *l) {
    json_t *o = json_object();
    int bad = json_put_string(o, "name", l->name);
    bad |= json_put_string(o, "slug", l->slug);
    bad |= link_put_path(o, "url", v->site, l->path);
    bad |= link_put_url(o, "permalink", v->site, l->path);
    bad |= json_put_int(o, "count", l->count);
    bad |= put_time(o, "updated", l->updated != 0, l->updated);
    return view_done(o, bad);
}
