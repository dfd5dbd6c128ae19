#include "content/html.h"

#include "base/text.h"
#include "content/emoji.h"
#include "content/link.h"

#include <stdlib.h>
#include <string.h>

enum { FOOTNOTES_MAX = 100000, WARNINGS_MAX = 100 };

void html_warn(struct html_walk *w, cmark_node *node, const char *what) {
    while (node != NULL && cmark_node_get_start_line(node) == 0)
        node = cmark_node_parent(node);
    if (json_array_size(w->out->warnings) < WARNINGS_MAX)
        (void)json_array_append_new(
            w->out->warnings,
            json_pack("{si si ss}", "line",
                      w->o->first_line - 1 + (node != NULL ? cmark_node_get_start_line(node) : 1),
                      "column", node != NULL ? cmark_node_get_start_column(node) : 1, "text",
                      what));
}

static void title_attribute(struct html_walk *w, cmark_node *node) {
    const char *title = cmark_node_get_title(node);

    if (title == NULL || title[0] == '\0')
        return;
    html_put(w, " title=\"");
    (void)text_html(w->html, title, strlen(title));
    html_put(w, "\"");
}

static void link_node(struct html_walk *w, cmark_node *node, bool entering) {
    const char *url = cmark_node_get_url(node);

    if (url == NULL || !link_is_safe(url, LINK_HREF)) {
        if (entering)
            html_warn(w, node, "a link was dropped: its address would run as a script");
        return; /* its text stays */
    }
    if (!entering) {
        html_put(w, "</a>");
        return;
    }
    html_put(w, "<a href=\"");
    link_attribute(w->html, url);
    html_put(w, "\"");
    title_attribute(w, node);
    html_put(w, ">");
}

static void image(struct html_walk *w, cmark_node *node, bool entering) {
    const char *url = cmark_node_get_url(node);
    const bool safe = url != NULL && link_is_safe(url, LINK_IMAGE);

    if (entering && !safe)
        html_warn(w, node, "a picture was dropped: its address would run as a script");
    if (!safe)
        return; /* its alt text stays */
    if (entering) {
        w->image = node;
        html_put(w, "<img src=\"");
        link_attribute(w->html, url);
        html_put(w, "\" alt=\"");
        return;
    }
    html_put(w, "\"");
    title_attribute(w, node);
    html_put(w, " loading=\"lazy\" decoding=\"async\">");
}

static void footnote_mark(struct html_walk *w, cmark_node *node) {
    const unsigned long n = strtoul(html_literal(node), NULL, 10);
    unsigned count;

    if (n == 0 || n > FOOTNOTES_MAX)
        return;
    if (n >= w->mentions_len) {
        const size_t len = 2 * n + 16;
        unsigned *more = realloc(w->mentions, len * sizeof *more);
        if (more == NULL) {
            w->html->failed = true;
            return;
        }
        memset(more + w->mentions_len, 0, (len - w->mentions_len) * sizeof *more);
        w->mentions = more;
        w->mentions_len = len;
    }
    count = ++w->mentions[n];
    (void)buf_printf(w->html, "<sup id=\"fnref:%lu", n);
    if (count > 1)
        (void)buf_printf(w->html, ":%u", count);
    (void)buf_printf(w->html,
                     "\"><a href=\"#fn:%lu\" class=\"footnote-ref\" role=\"doc-noteref\">%lu</a>"
                     "</sup>",
                     n, n);
}

/* An author's words, with emoji if the site has them. */
static void put_words(struct html_walk *w, const char *s) {
    struct buf words;
    if (!w->o->emoji || strchr(s, ':') == NULL) {
        html_put_text(w, s);
        return;
    }
    buf_init(&words, w->html->max);
    if (emoji_put(&words, s) != 0)
        w->html->failed = true;
    html_put_text(w, buf_str(&words));
    buf_free(&words);
}

/* What is written inside the alt attribute of a picture. */
static void alt_text(struct html_walk *w, cmark_node *node, bool entering) {
    const cmark_node_type t = cmark_node_get_type(node);

    if (!entering && node == w->image) {
        w->image = NULL;
        image(w, node, false);
    } else if (entering && (t == CMARK_NODE_TEXT || t == CMARK_NODE_CODE)) {
        const char *s = html_literal(node);
        (void)text_html(w->html, s, strlen(s));
    } else if (entering && (t == CMARK_NODE_SOFTBREAK || t == CMARK_NODE_LINEBREAK)) {
        html_put(w, " ");
    }
}

static void around(struct html_walk *w, const char *name, bool entering) {
    (void)buf_printf(w->html, entering ? "<%s>" : "</%s>", name);
}

/* The bytes of kramdown's {: .class} at the beginning of s, which is left out. */
static size_t left_out(struct html_walk *w, cmark_node *node, const char *s) {
    cmark_node *before = cmark_node_previous(node);
    const char *end = NULL;

    if (w->o->kramdown && s[0] == '{' && s[1] == ':' && s[2] != ':' &&
        (before == NULL || cmark_node_get_type(before) != CMARK_NODE_TEXT))
        end = strchr(s, '}');
    if (end == NULL)
        return 0;
    html_warn(w, node, "attributes in {: } are left out");
    return (size_t)(end - s) + 1;
}

static void text(struct html_walk *w, cmark_node *node) {
    const char *s = html_literal(node);

    s += html_definition_mark(w, node);
    s += left_out(w, node, s);
    put_words(w, s);
}

void html_inline(struct html_walk *w, cmark_node *node, bool entering) {
    if (w->image != NULL) {
        alt_text(w, node, entering);
        return;
    }
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
        text(w, node);
        break;
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
        if (!html_definition_break(w, node))
            html_put(w, cmark_node_get_type(node) == CMARK_NODE_SOFTBREAK ? "\n" : "<br>\n");
        break;
    case CMARK_NODE_CODE:
        html_put(w, "<code>");
        html_put_text(w, html_literal(node));
        html_put(w, "</code>");
        break;
    case CMARK_NODE_HTML_INLINE:
        html_raw(w, html_literal(node));
        break;
    case CMARK_NODE_EMPH:
        around(w, "em", entering);
        break;
    case CMARK_NODE_STRONG:
        around(w, "strong", entering);
        break;
    case CMARK_NODE_LINK:
        link_node(w, node, entering);
        break;
    case CMARK_NODE_IMAGE:
        image(w, node, entering);
        break;
    case CMARK_NODE_FOOTNOTE_REFERENCE:
        if (entering)
            footnote_mark(w, node);
        break;
    default:
        break;
    }
}
