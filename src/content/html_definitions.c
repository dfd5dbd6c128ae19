/* Lists of definitions, as PHP Markdown Extra, kramdown and Goldmark have them:
 *
 *     term, on as many lines as there are terms
 *     : what it means
 *     : what else it means
 *
 *     term
 *
 *     : what it means, in a paragraph
 *
 *       and in another, indented
 *
 * To CommonMark these are paragraphs one after another, so the list is what such neighbours are written as:
 * it begins before the first, and ends behind the last. A paragraph knows what it is by its own lines and the
 * next sibling's beginning. Blocks that are indented further (code, lists) end the list; code says so. */
#include "content/html.h"

#include <string.h>

/* Bytes of ": " at the beginning of a node, 0 when it does not mark a meaning. */
static size_t mark(cmark_node *node) {
    if (node == NULL || cmark_node_get_type(node) != CMARK_NODE_TEXT)
        return 0;
    const char *s = html_literal(node);
    return s[0] == ':' && (s[1] == ' ' || s[1] == '\t') ? 1 + strspn(s + 1, " \t") : 0;
}

static bool is_break(cmark_node *node) {
    const cmark_node_type t = cmark_node_get_type(node);
    return t == CMARK_NODE_SOFTBREAK || t == CMARK_NODE_LINEBREAK;
}

static bool is_paragraph(cmark_node *node) {
    return node != NULL && cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH;
}

/* Its first line is a meaning. */
static bool begins(cmark_node *paragraph) {
    return is_paragraph(paragraph) && mark(cmark_node_first_child(paragraph)) > 0;
}

/* Its first line is a term: a meaning follows in it, or begins the next paragraph. */
static bool is_term(cmark_node *paragraph) {
    if (!is_paragraph(paragraph) || begins(paragraph))
        return false;
    for (cmark_node *c = cmark_node_first_child(paragraph); c != NULL; c = cmark_node_next(c))
        if (is_break(c) && mark(cmark_node_next(c)) > 0)
            return true;
    return begins(cmark_node_next(paragraph));
}

/* It goes on with a meaning that is open. */
static bool goes_on(cmark_node *paragraph) {
    return is_paragraph(paragraph) && !begins(paragraph) &&
           cmark_node_get_start_column(paragraph) > 2;
}

static void end_line(struct html_walk *w) {
    switch (w->definition) {
    case HTML_TERM:
        html_put(w, "</dt>\n");
        break;
    case HTML_MEANING:
        html_put(w, "</dd>\n");
        break;
    case HTML_MEANINGS:
        html_put(w, "</p>\n</dd>\n");
        break;
    case HTML_NO_DEFINITION:
    case HTML_BETWEEN:
        break;
    }
}

static void enter(struct html_walk *w, cmark_node *paragraph) {
    if (w->definition == HTML_NO_DEFINITION)
        html_put(w, "<dl>\n");
    if (w->definition == HTML_MEANINGS) {
        html_put(w, "<p>");
    } else if (begins(paragraph)) {
        html_put(w, "<dd>\n<p>");
        w->definition = HTML_MEANINGS;
    } else {
        html_put(w, "<dt>");
        w->definition = HTML_TERM;
    }
}

static void leave(struct html_walk *w, cmark_node *paragraph) {
    cmark_node *next = cmark_node_next(paragraph);
    if (w->definition == HTML_MEANINGS && goes_on(next)) {
        html_put(w, "</p>\n");
        return;
    }
    end_line(w);
    w->definition = HTML_BETWEEN;
    if (begins(next) || is_term(next))
        return;
    html_put(w, "</dl>\n");
    w->definition = HTML_NO_DEFINITION;
    if (next != NULL && cmark_node_get_type(next) == CMARK_NODE_CODE_BLOCK) {
        int length, offset;
        char character;
        if (cmark_node_get_fenced(next, &length, &offset, &character) == 0)
            html_warn(w, next, "code that is indented below a definition is not a part of it");
    }
}

bool html_definition(struct html_walk *w, cmark_node *paragraph, bool entering) {
    if (!w->o->definitions)
        return false;
    if (!entering) {
        if (w->definition == HTML_NO_DEFINITION)
            return false;
        leave(w, paragraph);
        return true;
    }
    if (w->definition == HTML_NO_DEFINITION && !is_term(paragraph))
        return false;
    enter(w, paragraph);
    return true;
}

bool html_definition_break(struct html_walk *w, cmark_node *node) {
    if (w->definition == HTML_NO_DEFINITION || !is_paragraph(cmark_node_parent(node)))
        return false;
    if (mark(cmark_node_next(node)) > 0) {
        end_line(w);
        html_put(w, "<dd>");
        w->definition = HTML_MEANING;
    } else if (w->definition == HTML_TERM) {
        html_put(w, "</dt>\n<dt>");
    } else {
        return false;
    }
    return true;
}

size_t html_definition_mark(struct html_walk *w, cmark_node *node) {
    cmark_node *before = cmark_node_previous(node);
    if (w->definition == HTML_NO_DEFINITION || !is_paragraph(cmark_node_parent(node)))
        return 0;
    return before == NULL || is_break(before) ? mark(node) : 0;
}
