/* One document from its source: cleaned, its front matter read, its body rendered, its summary and
 * counts taken. What each member of meta means is in document.h. */
#include "content/document.h"

#include "base/text.h"
#include "content/allow.h"
#include "content/body.h"
#include "content/front_matter.h"
#include "content/highlight.h"
#include "content/markdown.h"
#include "content/picture.h"
#include "content/renderer.h"
#include "content/source.h"
#include "content/summary.h"
#include "content/toml.h"
#include "content/yaml.h"

#include <stdlib.h>
#include <string.h>

enum {
    SOURCE_MAX = 64 * 1024 * 1024, /* the pool refuses far less than this before it gets here */
    HTML_MAX = 16 * 1024 * 1024,
    WORDS_A_MINUTE = 213, /* Hugo's reading speed */
    SUMMARY_WORDS = 70
};

bool document_date(struct date *d, const json_t *v) {
    if (!json_is_object(v))
        return false;
    *d = (struct date){
        .year = (int)json_get_int(v, "year", 0),
        .month = (int)json_get_int(v, "month", 0),
        .day = (int)json_get_int(v, "day", 0),
        .hour = (int)json_get_int(v, "hour", 0),
        .minute = (int)json_get_int(v, "minute", 0),
        .second = (int)json_get_int(v, "second", 0),
        .has_time = json_get_bool(v, "has_time", false),
        .has_offset = json_get_bool(v, "has_offset", false),
        .offset = (int)json_get_int(v, "offset", 0),
    };
    return d->year >= 1 && d->year <= 9999 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
           d->day <= 31 && d->hour >= 0 && d->hour <= 23 && d->minute >= 0 && d->minute <= 59 &&
           d->second >= 0 && d->second <= 59 && d->offset > -1440 && d->offset < 1440;
}

static struct markdown_options options_of(const json_t *given) {
    return (struct markdown_options){
        .raw_html = json_get_bool(given, "unsafe", true),
        .smart = json_get_bool(given, "smart", true),
        .kramdown = strcmp(json_get_string(given, "dialect", ""), "jekyll") == 0,
        .definitions = strcmp(json_get_string(given, "dialect", "zola"), "zola") != 0,
        .emoji = json_get_bool(given, "emoji", false),
        .toc_min = (int)json_get_int(given, "toc_min", 2),
        .toc_max = (int)json_get_int(given, "toc_max", 4),
        .first_line = 1,
    };
}

bool document_is_mark(const char *text) {
    return text_starts(text, "<!--") && text_ends(text, "-->");
}

/* Jekyll's excerpt_separator, the post's own before the site's: NULL when it is no comment. */
static const char *more_mark(const json_t *options, const json_t *meta) {
    const char *mark = json_get_string(options, "excerpt_separator", NULL);
    if (mark != NULL)
        mark = json_get_string(json_object_get(meta, "params"), "excerpt_separator", mark);
    return mark != NULL && document_is_mark(mark) ? mark : NULL;
}

/* The author's own summary is Markdown: *text gets it as plain text. */
static int front_summary(struct buf *text, const char *source, const struct markdown_options *o,
                         struct error *err) {
    struct markdown m = {0};
    struct summary s;

    buf_init(&m.html, HTML_MAX);
    if (markdown_render(&m, source, strlen(source), o, err) != 0)
        return -1;
    summary_make(&s, text, buf_str(&m.html), m.html.len, SIZE_MAX, SIZE_MAX);
    markdown_free(&m);
    return 0;
}

/* Puts summary, its kind and what is counted into meta; text is the body as plain text. */
static int put_summary(json_t *meta, const struct markdown *m, struct buf *text,
                       const json_t *options, const struct markdown_options *o, struct error *err) {
    const char *own = json_get_string(meta, "summary", NULL);
    const char *kind = own != NULL ? "front" : m->more != MARKDOWN_NO_MORE ? "manual" : "auto";
    int64_t limit = json_get_int(options, "summary_words", SUMMARY_WORDS);
    struct buf front;
    struct summary s;
    int rc = 0;

    summary_make(&s, text, buf_str(&m->html), m->html.len, m->more, limit > 0 ? (size_t)limit : 1);
    buf_init(&front, HTML_MAX);
    if (own != NULL && front_summary(&front, own, o, err) != 0)
        rc = -1;
    else if (own != NULL)
        rc = json_put_stringn(meta, "summary", buf_str(&front), front.len);
    else
        rc = json_put_stringn(meta, "summary", buf_str(text), s.text_len);
    buf_free(&front);
    if (rc == 0)
        rc = json_put_string(meta, "summary_kind", kind);
    if (rc == 0)
        rc = json_put_bool(meta, "truncated", own == NULL && s.truncated);
    if (rc == 0)
        rc = json_put_int(meta, "words", (int64_t)s.words);
    if (rc == 0)
        rc = json_put_int(meta, "minutes",
                          s.words > 0 ? (int64_t)((s.words + WORDS_A_MINUTE - 1) / WORDS_A_MINUTE)
                                      : 1);
    return rc;
}

/* Gives what m and text hold to *out. */
static int hand_over(struct document *out, struct markdown *m, struct buf *text) {
    out->html = buf_take(&m->html, &out->html_len);
    out->text = buf_take(text, &out->text_len);
    return out->html != NULL && out->text != NULL ? 0 : -1;
}

/* Leaves of html what a stranger may publish. */
static int keep_allowed(struct buf *html, struct error *err) {
    struct buf kept;

    buf_init(&kept, HTML_MAX);
    if (allow_html(&kept, buf_str(html), html->len, err) != 0) {
        buf_free(&kept);
        return -1;
    }
    buf_free(html);
    *html = kept;
    return 0;
}

static int build_post(struct document *out, const char *source, size_t n,
                      const struct render_request *q, struct error *err) {
    const json_t *options = q->options;
    struct markdown_options o = options_of(options);
    struct front_matter front;
    struct markdown m = {0};
    struct buf text;
    int rc;

    if (front_matter_read_over(&front, source, n, json_object_get(options, "defaults"), err) != 0)
        return -1;
    out->meta = front.meta;
    o.first_line = front.body_line;
    o.more_mark = more_mark(options, front.meta);
    o.highlighter = q->highlighter;
    if (q->highlighter != NULL)
        highlighter_begin(q->highlighter);
    buf_init(&m.html, HTML_MAX);
    if (body_render(&m, q->path, source + front.body, n - front.body, &o, front.meta, options,
                    err) != 0)
        return -1;
    buf_init(&text, HTML_MAX);
    rc = put_summary(out->meta, &m, &text, options, &o, err);
    if (rc == 0 && json_get_bool(options, "allow", false))
        rc = keep_allowed(&m.html, err);
    if (rc == 0)
        rc = json_object_set(out->meta, "outline", m.outline);
    if (rc == 0)
        rc = json_object_set(out->meta, "warnings", m.warnings);
    if (rc == 0)
        rc = json_put(out->meta, "links", json_array());
    if (rc == 0)
        rc = hand_over(out, &m, &text);
    buf_free(&text);
    markdown_free(&m);
    return rc;
}

static int build_settings(struct document *out, const char *path, const char *source, size_t n,
                          struct error *err) {
    json_t *settings = NULL;
    int rc;

    if (text_ends(path, ".toml"))
        rc = toml_read(&settings, source, n, NULL, err);
    else
        rc = text_ends(path, ".json") ? json_read(&settings, source, n, err)
                                      : yaml_read(&settings, source, n, false, 1, err);
    if (rc != 0)
        return -1;
    out->meta = json_object();
    out->html = strdup("");
    out->text = strdup("");
    if (json_put(out->meta, "settings", settings) != 0 || out->html == NULL || out->text == NULL)
        return -1;
    return 0;
}

static int build_picture(struct document *out, const struct render_request *q, struct error *err) {
    struct picture p;
    if (picture_read(&p, q->source, q->len, err) != 0)
        return -1;
    out->meta = json_object();
    out->html = strdup("");
    out->text = strdup("");
    int bad = json_put_string(out->meta, "type", p.type);
    bad |= json_put_int(out->meta, "width", p.width);
    bad |= json_put_int(out->meta, "height", p.height);
    bad |= json_put_bool(out->meta, "no_size", p.no_size);
    return bad != 0 || out->html == NULL || out->text == NULL ? -1 : 0;
}

static int build_text(struct document *out, const struct render_request *q, struct error *err) {
    struct buf source;
    buf_init(&source, SOURCE_MAX);
    int rc = source_clean(&source, q->source, q->len, err);
    if (rc == 0 && q->kind == RENDER_SETTINGS)
        rc = build_settings(out, q->path, buf_str(&source), source.len, err);
    else if (rc == 0)
        rc = build_post(out, buf_str(&source), source.len, q, err);
    buf_free(&source);
    return rc;
}

int document_build(struct document *out, const struct render_request *q, struct error *err) {
    *out = (struct document){0};
    if (err != NULL)
        *err = (struct error){0};
    int rc = q->kind == RENDER_PICTURE ? build_picture(out, q, err) : build_text(out, q, err);
    if (rc != 0) {
        document_free(out);
        if (err != NULL && err->text[0] == '\0')
            (void)error_set(err, "out of memory");
    }
    return rc;
}

void document_free(struct document *d) {
    if (d == NULL)
        return;
    json_decref(d->meta);
    free(d->html);
    free(d->text);
    *d = (struct document){0};
}
