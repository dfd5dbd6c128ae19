/* Posts and pages as Ghost shows them, made of the view that pages and the API have. What a post here does not have is
 * null, as it is in Ghost when nobody filled it in. */
#include "web/ghost.h"

#include "base/date.h"
#include "web/link.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

enum { PLAIN_MAX = 32 << 20 };

/* A post on its way to what Ghost calls one. */
struct showing {
    struct ghost *g;
    const struct post *p;
    json_t *card, *cover, *params;
    struct error *err;
};

int ghost_put_time(json_t *o, const char *name, bool known, int64_t seconds) {
    struct buf b;
    if (!known)
        return json_put(o, name, json_null());
    buf_init(&b, 64);
    date_layout(&b, "2006-01-02T15:04:05", seconds, 0);
    buf_puts(&b, ".000+00:00");
    int rc = json_put_string(o, name, buf_str(&b));
    buf_free(&b);
    return rc;
}

int ghost_put_url(json_t *o, const char *name, const struct snapshot *site, const char *url) {
    struct buf b;
    if (url == NULL || *url == '\0')
        return json_put(o, name, json_null());
    buf_init(&b, 16384);
    if (url[0] == '/' && url[1] != '/')
        buf_puts(&b, site->origin);
    buf_puts(&b, url);
    int rc = buf_ok(&b) ? json_put_string(o, name, buf_str(&b)) : -1;
    buf_free(&b);
    return rc;
}

int ghost_put_nulls(json_t *o, const struct ghost *g, const char *const *names, size_t count) {
    int bad = 0;
    for (size_t i = 0; i < count; i++)
        if (g == NULL || ghost_wants(g, names[i]))
            bad |= json_put(o, names[i], json_null());
    return bad;
}

/* ---- members ---- */

static int put_id(json_t *o, const char *name, struct showing *s) {
    char id[GHOST_ID_SIZE];
    ghost_id_write(id, GHOST_POST, s->p->id);
    return json_put_string(o, name, id);
}

/* Of our own id, in the form that RFC 9562 section 5.8 leaves to everybody. */
static int put_uuid(json_t *o, const char *name, struct showing *s) {
    char text[64];
    unsigned long long id = (unsigned long long)s->p->id;
    snprintf(text, sizeof text, "706c7401-0000-8000-%04llx-%012llx", 0x8000 | (id >> 48 & 0x3fff),
             id & 0xffffffffffffULL);
    return json_put_string(o, name, text);
}

static int put_card(json_t *o, const char *name, struct showing *s) {
    return json_put(o, name, json_incref(json_object_get(s->card, name)));
}

static int put_address(json_t *o, const char *name, struct showing *s) {
    return json_put(o, name, json_incref(json_object_get(s->card, "permalink")));
}

static int put_html(json_t *o, const char *name, struct showing *s) {
    const struct snapshot *site = s->g->v->site;
    json_t *own = json_object();
    struct buf html;
    buf_init(&html, PLAIN_MAX);
    int bad = view_put_html(own, site, s->g->v->db, s->p);
    const char *text = json_get_string(own, "html", "");
    bad |= link_absolute_html(&html, site, s->p->permalink, text, strlen(text));
    bad |= buf_ok(&html) ? json_put_stringn(o, name, buf_str(&html), html.len) : -1;
    buf_free(&html);
    json_decref(own);
    return bad;
}

static int put_plain(json_t *o, const char *name, struct showing *s) {
    struct buf text;
    buf_init(&text, PLAIN_MAX);
    int bad = query_plain(s->g->v->db, s->p->id, &text, s->err) < 0;
    bad |= json_put_stringn(o, name, buf_str(&text), text.len);
    buf_free(&text);
    return bad;
}

static int put_cover(json_t *o, const char *name, struct showing *s) {
    return ghost_put_url(o, name, s->g->v->site, json_get_string(s->cover, "src", NULL));
}

/* feature_image_alt, feature_image_caption */
static int put_of_cover(json_t *o, const char *name, struct showing *s) {
    const char *text = json_get_string(s->cover, name + strlen("feature_image_"), "");
    return json_put_string(o, name, *text == '\0' ? NULL : text);
}

static int put_featured(json_t *o, const char *name, struct showing *s) {
    const json_t *v = json_object_get(s->params, "featured");
    return json_put_bool(o, name, json_is_true(v) || json_integer_value(v) == 1);
}

static int put_public(json_t *o, const char *name, struct showing *s) {
    (void)s;
    return json_put_string(o, name, "public");
}

static int put_yes(json_t *o, const char *name, struct showing *s) {
    (void)s;
    return json_put_bool(o, name, true);
}

static int put_no(json_t *o, const char *name, struct showing *s) {
    (void)s;
    return json_put_bool(o, name, false);
}

static int put_published(json_t *o, const char *name, struct showing *s) {
    return ghost_put_time(o, name, s->p->has_date, s->p->published);
}

static int put_created(json_t *o, const char *name, struct showing *s) {
    const struct post *p = s->p;
    return ghost_put_time(o, name, p->has_date || p->updated != 0,
                          p->has_date ? p->published : p->updated);
}

static int put_updated(json_t *o, const char *name, struct showing *s) {
    return ghost_put_time(o, name, s->p->updated != 0, s->p->updated);
}

static const char *description_of(const struct showing *s) {
    const char *text = s->p->description;
    return text == NULL || *text == '\0' ? NULL : text;
}

static int put_description(json_t *o, const char *name, struct showing *s) {
    return json_put_string(o, name, description_of(s));
}

static int put_excerpt(json_t *o, const char *name, struct showing *s) {
    const char *text = description_of(s);
    return text != NULL ? json_put_string(o, name, text)
                        : json_put(o, name, json_incref(json_object_get(s->card, "summary")));
}

static int put_minutes(json_t *o, const char *name, struct showing *s) {
    return json_put_int(o, name, s->p->minutes);
}

/* What front matter says under Ghost's own name. */
static int put_param(json_t *o, const char *name, struct showing *s) {
    const char *text = json_get_string(s->params, name, "");
    return json_put_string(o, name, *text == '\0' ? NULL : text);
}

static int put_param_url(json_t *o, const char *name, struct showing *s) {
    return ghost_put_url(o, name, s->g->v->site, json_get_string(s->params, name, NULL));
}

static int put_null(json_t *o, const char *name, struct showing *s) {
    (void)s;
    return json_put(o, name, json_null());
}

static const struct member {
    const char *name;
    int (*put)(json_t *o, const char *name, struct showing *s);
} members[] = {
    {"id", put_id},
    {"uuid", put_uuid},
    {"title", put_card},
    {"slug", put_card},
    {"html", put_html},
    {"plaintext", put_plain},
    {"comment_id", put_id},
    {"feature_image", put_cover},
    {"featured", put_featured},
    {"visibility", put_public},
    {"created_at", put_created},
    {"updated_at", put_updated},
    {"published_at", put_published},
    {"custom_excerpt", put_description},
    {"codeinjection_head", put_null},
    {"codeinjection_foot", put_null},
    {"custom_template", put_null},
    {"canonical_url", put_param_url},
    {"url", put_address},
    {"excerpt", put_excerpt},
    {"reading_time", put_minutes},
    {"access", put_yes},
    {"comments", put_no},
    {"og_image", put_param_url},
    {"og_title", put_param},
    {"og_description", put_param},
    {"twitter_image", put_param_url},
    {"twitter_title", put_param},
    {"twitter_description", put_param},
    {"meta_title", put_param},
    {"meta_description", put_description},
    {"email_subject", put_null},
    {"frontmatter", put_null},
    {"feature_image_alt", put_of_cover},
    {"feature_image_caption", put_of_cover},
};

static unsigned format_of(const char *name) {
    return strcmp(name, "html") == 0        ? GHOST_HTML
           : strcmp(name, "plaintext") == 0 ? GHOST_PLAIN
                                            : 0;
}

/* Formats that are named come even when fields do not name them. */
static bool is_wanted(const struct ghost *g, const char *name) {
    unsigned format = format_of(name);
    if (format == 0)
        return ghost_wants(g, name);
    if (g->fields.len > 0 && ghost_wants(g, name))
        return true;
    return (g->formats & format) != 0 && (g->formats_given || g->fields.len == 0);
}

bool ghost_reads_body(const struct ghost *g) {
    return is_wanted(g, "html");
}

static json_t *first_of(const json_t *list) {
    json_t *first = json_array_get(list, 0);
    return first != NULL ? json_incref(first) : json_null();
}

static int put_terms(json_t *o, struct showing *s) {
    int bad = 0;
    if ((s->g->include & GHOST_WITH_TAGS) != 0) {
        json_t *tags = ghost_terms(s->g, QUERY_TAGS, json_object_get(s->card, "tags"), s->err);
        bad |= json_put(o, "primary_tag", first_of(tags));
        bad |= json_put(o, "tags", tags);
    }
    if ((s->g->include & GHOST_WITH_AUTHORS) != 0) {
        json_t *authors =
            ghost_terms(s->g, QUERY_AUTHORS, json_object_get(s->card, "authors"), s->err);
        bad |= json_put(o, "primary_author", first_of(authors));
        bad |= json_put(o, "authors", authors);
    }
    return bad;
}

json_t *ghost_post(struct ghost *g, const struct post *p, struct error *err) {
    struct showing s = {.g = g, .p = p, .err = err};
    json_t *o = json_object();
    s.card = view_card(g->v->site, p);
    s.cover = view_cover(g->v->site, g->v->db, p);
    s.params = p->params == NULL ? NULL : json_loads(p->params, 0, NULL);
    int bad = s.card == NULL || s.cover == NULL;
    for (size_t i = 0; bad == 0 && i < sizeof members / sizeof members[0]; i++)
        if (is_wanted(g, members[i].name))
            bad = members[i].put(o, members[i].name, &s);
    if (bad == 0)
        bad = put_terms(o, &s);
    json_decref(s.card);
    json_decref(s.cover);
    json_decref(s.params);
    return view_done(o, bad);
}
