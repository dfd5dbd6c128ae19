#include "content/body.h"

#include "base/text.h"
#include "content/liquid.h"
#include "content/math.h"
#include "content/shortcode.h"

#include <string.h>

enum { HTML_MAX = 16 * 1024 * 1024 };

/* Headings in the contents list hold no tokens. */
static int strip_outline(json_t *outline) {
    size_t i;
    json_t *entry;
    int rc = 0;

    json_array_foreach(outline, i, entry) {
        struct buf text;
        buf_init(&text, HTML_MAX);
        shortcode_strip(&text, json_get_string(entry, "text", ""));
        if (rc == 0)
            rc = json_put_stringn(entry, "text", buf_str(&text), text.len);
        buf_free(&text);
    }
    return rc;
}

static int expand_liquid(struct shortcodes *s, const char *text, size_t n,
                         const struct markdown_options *o, const json_t *meta,
                         const json_t *options, struct error *err) {
    const struct liquid_options of = {
        .first_line = o->first_line,
        .raw_html = o->raw_html,
        .page = meta,
        .site = json_object_get(options, "site"),
        .params = json_object_get(options, "params"),
        .includes = json_object_get(options, "includes"),
        .highlighter = o->highlighter,
    };

    return liquid_expand(s, text, n, &of, err);
}

static int expand(struct shortcodes *s, const char *text, size_t n,
                  const struct markdown_options *o, const json_t *meta, const json_t *options,
                  struct error *err) {
    const char *dialect = json_get_string(options, "dialect", "");
    const struct shortcode_options of = {
        .dialect = strcmp(dialect, "zola") == 0 ? SHORTCODE_ZOLA : SHORTCODE_HUGO,
        .first_line = o->first_line,
        .raw_html = o->raw_html,
        .params = json_object_get(meta, "params"),
        .site_params = json_object_get(options, "params"),
        .highlighter = o->highlighter,
    };

    return strcmp(dialect, "jekyll") == 0 ? expand_liquid(s, text, n, o, meta, options, err)
                                          : shortcode_expand(s, text, n, &of, err);
}

/* A page in HTML is its own body. */
static int body_html(struct markdown *m, const char *path, const char *body, size_t n,
                     const struct markdown_options *o, struct error *err) {
    if (path == NULL || (!text_ends(path, ".html") && !text_ends(path, ".htm")))
        return markdown_render(m, body, n, o, err);
    m->more = MARKDOWN_NO_MORE;
    m->outline = json_array();
    m->warnings = json_array();
    if (m->outline != NULL && m->warnings != NULL && buf_append(&m->html, body, n) == 0)
        return 0;
    markdown_free(m);
    return error_set(err, "out of memory");
}

static bool wants_math(const json_t *meta, const json_t *options) {
    return json_get_bool(meta, "math", false) || json_get_bool(options, "math", false);
}

int body_render(struct markdown *m, const char *path, const char *text, size_t n,
                const struct markdown_options *o, const json_t *meta, const json_t *options,
                struct error *err) {
    struct shortcodes s;
    int rc;

    if (expand(&s, text, n, o, meta, options, err) != 0)
        return -1;
    if (wants_math(meta, options) && math_take(&s, o->raw_html, err) != 0) {
        shortcode_free(&s);
        return -1;
    }
    rc = body_html(m, path, buf_str(&s.text), s.text.len, o, err);
    if (rc == 0 && (shortcode_restore(&s, &m->html, &m->more, err) != 0 ||
                    json_array_extend(m->warnings, s.warnings) != 0 ||
                    (s.count > 0 && strip_outline(m->outline) != 0))) {
        markdown_free(m);
        rc = -1;
    }
    shortcode_free(&s);
    return rc;
}
