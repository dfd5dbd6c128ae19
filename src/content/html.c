/* One pass over the tree that writes HTML into a bounded buffer.
 *
 * The walk is cmark's iterator, so it does not recurse whatever the nesting. Once the buffer is full
 * the walk ends. Inside a picture only text is written (its alt text). Footnotes stand at the end of
 * the tree, so every mention in the body has been counted when a footnote's way back is written.
 */
#include "content/html.h"

#include "base/text.h"
#include "content/emoji.h"
#include "content/heading_attributes.h"
#include "content/highlight.h"

#include <cmark-gfm-core-extensions.h>
#include <stdlib.h>
#include <string.h>

void html_put(struct html_walk *w, const char *s) {
    (void)buf_puts(w->html, s);
}

/* A block begins on its own line. */
static void fresh_line(struct html_walk *w) {
    if (w->html->len > 0 && w->html->data[w->html->len - 1] != '\n')
        (void)buf_putc(w->html, '\n');
}

/* Text between tags: only & < > have a meaning there. */
void html_put_text(struct html_walk *w, const char *s) {
    for (;;) {
        size_t n = strcspn(s, "&<>\"");
        (void)buf_append(w->html, s, n);
        s += n;
        if (*s == '\0')
            return;
        html_put(w, *s == '&' ? "&amp;" : *s == '<' ? "&lt;" : *s == '>' ? "&gt;" : "&quot;");
        s++;
    }
}

const char *html_literal(cmark_node *node) {
    const char *s = cmark_node_get_literal(node);
    return s != NULL ? s : "";
}

/* --- blocks --- */

static void element(struct html_walk *w, const char *name, bool entering) {
    fresh_line(w);
    (void)buf_printf(w->html, entering ? "<%s>\n" : "</%s>\n", name);
}

static void list(struct html_walk *w, cmark_node *node, bool entering) {
    const bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    const int start = cmark_node_get_list_start(node);

    if (entering && ordered && start != 1) {
        fresh_line(w);
        (void)buf_printf(w->html, "<ol start=\"%d\">\n", start);
    } else {
        element(w, ordered ? "ol" : "ul", entering);
    }
}

static void item(struct html_walk *w, cmark_node *node, bool entering) {
    if (!entering) {
        html_put(w, "</li>\n");
        return;
    }
    fresh_line(w);
    if (strcmp(cmark_node_get_type_string(node), "tasklist") != 0)
        html_put(w, "<li>");
    else if (cmark_gfm_extensions_get_tasklist_item_checked(node))
        html_put(w, "<li class=\"task\"><input type=\"checkbox\" checked disabled> ");
    else
        html_put(w, "<li class=\"task\"><input type=\"checkbox\" disabled> ");
}

/* A diagram stays its text, with a class by which a theme's script finds it. */
static bool is_diagram(const char *info) {
    static const char mermaid[] = "mermaid";
    return info != NULL && strncmp(info, mermaid, sizeof mermaid - 1) == 0 &&
           (info[sizeof mermaid - 1] == '\0' || strchr(" \t{,", info[sizeof mermaid - 1]) != NULL);
}

static void code_block(struct html_walk *w, cmark_node *node) {
    fresh_line(w);
    if (is_diagram(cmark_node_get_fence_info(node))) {
        html_put(w, "<pre class=\"mermaid\">");
        html_put_text(w, html_literal(node));
        html_put(w, "</pre>\n");
        return;
    }
    highlight_block(w->html, w->o->highlighter, cmark_node_get_fence_info(node),
                    html_literal(node));
}

/* Length of <!--more--> (white space and case do not matter) that s begins with, 0 if it does not. */
static size_t more_mark(const char *s) {
    const char *p = s;

    if (strncmp(p, "<!--", 4) != 0)
        return 0;
    for (p += 4; text_is_space(*p);)
        p++;
    for (const char *m = "more"; *m != '\0'; m++, p++) {
        if (text_lower(*p) != *m)
            return 0;
    }
    while (text_is_space(*p))
        p++;
    return strncmp(p, "-->", 3) == 0 ? (size_t)(p + 3 - s) : 0;
}

enum { NOSCRIPT_MAX = 256 }; /* bytes of attributes; what is longer stays */

/* Bytes of the tag of noscript, begin or end, at s; 0 when it is none. */
static size_t noscript_tag(const char *s) {
    const char *p = s + 1, *name = "noscript";

    p += *p == '/';
    for (; *name != '\0' && text_lower(*p) == *name; p++)
        name++;
    if (*name != '\0' || (*p != '>' && *p != '/' && !text_is_space(*p)))
        return 0;
    for (size_t i = 0; i < NOSCRIPT_MAX && *p != '>' && *p != '\0'; i++)
        p++;
    return *p == '>' ? (size_t)(p + 1 - s) : 0;
}

/* No page runs a script, its policy forbids them; but a browser that could does not show what stands
 * in for one. So the tags of noscript go, and what is between them is seen. */
static void put_raw(struct html_walk *w, const char *s) {
    const char *lt = s;

    while ((lt = strchr(lt, '<')) != NULL) {
        const size_t n = noscript_tag(lt);
        if (n > 0)
            (void)buf_append(w->html, s, (size_t)(lt - s));
        lt += n > 0 ? n : 1;
        s = n > 0 ? lt : s;
    }
    html_put(w, s);
}

void html_raw(struct html_walk *w, const char *s) {
    const char *own = w->o->more_mark;
    const size_t more = own != NULL && text_starts(s, own) ? strlen(own) : more_mark(s);

    if (more > 0 && w->out->more == MARKDOWN_NO_MORE && !w->in_footnotes)
        w->out->more = w->html->len;
    s += more;
    if (more > 0)
        s += strspn(s, "\n");
    if (w->o->raw_html)
        put_raw(w, s);
}

static void html_block(struct html_walk *w, cmark_node *node) {
    fresh_line(w);
    html_raw(w, html_literal(node));
    fresh_line(w);
}

static bool is_tight(cmark_node *paragraph) {
    cmark_node *parent = cmark_node_parent(paragraph);
    cmark_node *grand = parent != NULL ? cmark_node_parent(parent) : NULL;

    return grand != NULL && cmark_node_get_type(grand) == CMARK_NODE_LIST &&
           cmark_node_get_list_tight(grand);
}

static void way_back(struct html_walk *w) {
    const unsigned n = w->footnote < w->mentions_len && w->mentions[w->footnote] > 0
                           ? w->mentions[w->footnote]
                           : 1;

    w->back_written = true;
    for (unsigned i = 1; i <= n && buf_ok(w->html); i++) {
        (void)buf_printf(w->html, " <a href=\"#fnref:%u", w->footnote);
        if (i > 1)
            (void)buf_printf(w->html, ":%u", i);
        html_put(w, "\" class=\"footnote-backref\" role=\"doc-backlink\">&#8617;&#65038;</a>");
    }
}

static void paragraph(struct html_walk *w, cmark_node *node, bool entering) {
    if (is_tight(node))
        return;
    if (entering)
        fresh_line(w);
    if (html_definition(w, node, entering))
        return;
    if (entering) {
        html_put(w, "<p>");
        return;
    }
    if (w->footnote > 0 && cmark_node_next(node) == NULL &&
        cmark_node_get_type(cmark_node_parent(node)) == CMARK_NODE_FOOTNOTE_DEFINITION)
        way_back(w);
    if (w->o->kramdown && w->html->len >= 3 &&
        memcmp(w->html->data + w->html->len - 3, "<p>", 3) == 0)
        buf_truncate(w->html, w->html->len - 3); /* it held attributes only */
    else
        html_put(w, "</p>\n");
}

static void footnote(struct html_walk *w, bool entering) {
    if (entering) {
        fresh_line(w);
        if (!w->in_footnotes)
            html_put(w, "<section class=\"footnotes\" role=\"doc-endnotes\">\n<hr>\n<ol>\n");
        w->in_footnotes = true;
        w->back_written = false;
        w->footnote++;
        (void)buf_printf(w->html, "<li id=\"fn:%u\">\n", w->footnote);
        return;
    }
    if (!w->back_written)
        way_back(w);
    fresh_line(w);
    html_put(w, "</li>\n");
}

/* --- headings --- */

/* True when the source lines of this block hold an en or em dash that the author typed. */
static bool has_typed_dash(struct html_walk *w, cmark_node *node) {
    const int from = cmark_node_get_start_line(node);
    const int to = cmark_node_get_end_line(node);
    const char *p;

    while (w->line_number < from && w->line < w->end) {
        const char *lf = memchr(w->line, '\n', (size_t)(w->end - w->line));
        w->line = lf != NULL ? lf + 1 : w->end;
        w->line_number++;
    }
    p = w->line;
    for (int i = from; i <= to && p < w->end; i++) {
        const char *lf = memchr(p, '\n', (size_t)(w->end - p));
        const char *stop = lf != NULL ? lf + 1 : w->end;
        if (memmem(p, (size_t)(stop - p), "\xE2\x80\x93", 3) != NULL ||
            memmem(p, (size_t)(stop - p), "\xE2\x80\x94", 3) != NULL)
            return true;
        p = stop;
    }
    return false;
}

/* GitHub makes an anchor from the text as typed, where -- is two hyphens; smart punctuation has made
 * one dash of them. */
static void typed_name(struct html_walk *w, cmark_node *node) {
    const char *s = buf_str(&w->text);
    const bool keep = strstr(s, "\xE2\x80") == NULL || has_typed_dash(w, node);

    buf_clear(&w->name);
    while (!keep && *s != '\0') {
        const char *dash = strstr(s, "\xE2\x80");
        if (dash == NULL)
            break;
        (void)buf_append(&w->name, s, (size_t)(dash - s));
        if (dash[2] == '\x93' || dash[2] == '\x94')
            (void)buf_puts(&w->name, dash[2] == '\x93' ? "--" : "---");
        else
            (void)buf_append(&w->name, dash, 3);
        s = dash + 3;
    }
    (void)buf_puts(&w->name, s);
}

/* As typed, of which an anchor is made, or with emoji. */
static void heading_text(struct html_walk *w, cmark_node *heading, bool emoji) {
    cmark_iter *i = cmark_iter_new(heading);
    cmark_event_type e;

    buf_clear(&w->text);
    while ((e = cmark_iter_next(i)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(i);
        const cmark_node_type t = cmark_node_get_type(node);
        if (e != CMARK_EVENT_ENTER)
            continue;
        if (t == CMARK_NODE_TEXT && emoji)
            (void)emoji_put(&w->text, html_literal(node));
        else if (t == CMARK_NODE_TEXT || t == CMARK_NODE_CODE)
            (void)buf_puts(&w->text, html_literal(node));
        else if (t == CMARK_NODE_SOFTBREAK || t == CMARK_NODE_LINEBREAK)
            (void)buf_putc(&w->text, ' ');
    }
    cmark_iter_free(i);
}

/* Takes {#id} off the heading's end; w->name gets the id, or nothing. */
static void take_attributes(struct html_walk *w, cmark_node *heading) {
    cmark_node *last = cmark_node_last_child(heading);
    const bool text = last != NULL && cmark_node_get_type(last) == CMARK_NODE_TEXT;
    struct slice id;
    struct buf kept;
    size_t n;

    buf_clear(&w->text);
    buf_clear(&w->name);
    if (!text || strchr(html_literal(last), '}') == NULL)
        return;
    n = heading_attributes(&id, html_literal(last));
    (void)buf_append(&w->text, id.ptr, id.len);
    if (id.len > 0)
        typed_name(w, heading); /* two hyphens were made a dash */
    buf_init(&kept, w->html->max);
    (void)buf_append(&kept, html_literal(last), n);
    if (!buf_ok(&kept) || cmark_node_set_literal(last, buf_str(&kept)) == 0)
        w->html->failed = true;
    buf_free(&kept);
}

static void heading(struct html_walk *w, cmark_node *node, bool entering) {
    const int level = cmark_node_get_heading_level(node);
    const char *id;
    bool own;

    if (!entering) {
        (void)buf_printf(w->html, "</h%d>\n", level);
        return;
    }
    take_attributes(w, node);
    own = w->name.len > 0;
    heading_text(w, node, false);
    if (!own)
        typed_name(w, node);
    if (w->o->emoji)
        heading_text(w, node, true);
    id = outline_add(w->outline, level, own, buf_str(&w->name), w->name.len, buf_str(&w->text),
                     w->text.len);
    fresh_line(w);
    (void)buf_printf(w->html, "<h%d id=\"", level);
    if (id == NULL)
        w->html->failed = true;
    else
        (void)text_html(w->html, id, strlen(id));
    html_put(w, "\">");
}

/* --- tables --- */

static void table(struct html_walk *w, cmark_node *node, bool entering) {
    (void)node;
    element(w, "table", entering);
}

static void strikethrough(struct html_walk *w, cmark_node *node, bool entering) {
    (void)node;
    if (w->image == NULL)
        html_put(w, entering ? "<del>" : "</del>");
}

static void table_row(struct html_walk *w, cmark_node *row, bool entering) {
    const bool head = cmark_gfm_extensions_get_table_row_is_header(row) != 0;
    cmark_node *before = cmark_node_previous(row);

    w->column = 0;
    if (entering && head)
        html_put(w, "<thead>\n");
    else if (entering && before != NULL && cmark_gfm_extensions_get_table_row_is_header(before))
        html_put(w, "<tbody>\n");
    html_put(w, entering ? "<tr>\n" : "</tr>\n");
    if (!entering && head)
        html_put(w, "</thead>\n");
    else if (!entering && cmark_node_next(row) == NULL)
        html_put(w, "</tbody>\n");
}

static void table_cell(struct html_walk *w, cmark_node *cell, bool entering) {
    cmark_node *row = cmark_node_parent(cell);
    cmark_node *table = cmark_node_parent(row);
    const char *name = cmark_gfm_extensions_get_table_row_is_header(row) ? "th" : "td";
    const uint8_t *align = cmark_gfm_extensions_get_table_alignments(table);
    char a = '\0';

    if (!entering) {
        (void)buf_printf(w->html, "</%s>\n", name);
        return;
    }
    if (align != NULL && w->column < cmark_gfm_extensions_get_table_columns(table))
        a = (char)align[w->column];
    w->column++;
    if (a == 'l' || a == 'c' || a == 'r')
        (void)buf_printf(w->html, "<%s class=\"align-%s\">", name,
                         a == 'l'   ? "left"
                         : a == 'c' ? "center"
                                    : "right");
    else
        (void)buf_printf(w->html, "<%s>", name);
}

/* --- dispatch --- */

/* What the extensions add; their node types are known by name only. */
static const struct {
    const char *type;
    void (*write)(struct html_walk *, cmark_node *, bool entering);
} extensions[] = {
    {"table", table},           {"table_header", table_row},      {"table_row", table_row},
    {"table_cell", table_cell}, {"strikethrough", strikethrough},
};

static void extension(struct html_walk *w, cmark_node *node, bool entering) {
    const char *type = cmark_node_get_type_string(node);

    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        if (strcmp(type, extensions[i].type) == 0) {
            extensions[i].write(w, node, entering);
            return;
        }
    }
}

static void block(struct html_walk *w, cmark_node *node, bool entering) {
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_PARAGRAPH:
        paragraph(w, node, entering);
        break;
    case CMARK_NODE_HEADING:
        heading(w, node, entering);
        break;
    case CMARK_NODE_CODE_BLOCK:
        code_block(w, node);
        break;
    case CMARK_NODE_LIST:
        list(w, node, entering);
        break;
    case CMARK_NODE_ITEM:
        item(w, node, entering);
        break;
    case CMARK_NODE_BLOCK_QUOTE:
        element(w, "blockquote", entering);
        break;
    case CMARK_NODE_HTML_BLOCK:
        html_block(w, node);
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        fresh_line(w);
        html_put(w, "<hr>\n");
        break;
    case CMARK_NODE_FOOTNOTE_DEFINITION:
        footnote(w, entering);
        break;
    case CMARK_NODE_DOCUMENT:
        break;
    default:
        extension(w, node, entering);
    }
}

static void walk(struct html_walk *w, cmark_node *root) {
    cmark_iter *i = cmark_iter_new(root);
    cmark_event_type e;

    while (buf_ok(w->html) && (e = cmark_iter_next(i)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(i);
        const unsigned type = (unsigned)cmark_node_get_type(node);
        if ((type & CMARK_NODE_TYPE_MASK) == (unsigned)CMARK_NODE_TYPE_BLOCK)
            block(w, node, e == CMARK_EVENT_ENTER);
        else if (type <= (unsigned)CMARK_NODE_FOOTNOTE_REFERENCE)
            html_inline(w, node, e == CMARK_EVENT_ENTER);
        else
            extension(w, node, e == CMARK_EVENT_ENTER);
    }
    cmark_iter_free(i);
}

void html_render(struct markdown *out, struct outline *outline, cmark_node *root, const char *text,
                 size_t n, const struct markdown_options *o) {
    struct html_walk w = {.out = out,
                          .html = &out->html,
                          .outline = outline,
                          .o = o,
                          .line = text,
                          .end = text + n,
                          .line_number = 1};

    buf_init(&w.name, out->html.max);
    buf_init(&w.text, out->html.max);
    walk(&w, root);
    if (w.in_footnotes)
        html_put(&w, "</ol>\n</section>\n");
    buf_free(&w.name);
    buf_free(&w.text);
    free(w.mentions);
}
