/* The parser's memory is an arena: nothing of it need be walked to be freed (the library does so by
 * recursion, which deep nesting would run out of stack), and when it is used up parsing ends at once by
 * a jump, since the library does not look whether memory was given. The walk does not recurse. */
#include "content/allow.h"

#include "base/arena.h"
#include "base/text.h"
#include "content/link.h"

#include <gumbo.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

/* Any element may carry these. */
static const char *const global[] = {"class",      "title",       "lang", "dir",
                                     "aria-label", "aria-hidden", NULL};

struct rule {
    GumboTag tag;
    const char *attributes[8]; /* besides the global ones */
};

static const struct rule rules[] = {
    {GUMBO_TAG_A, {"href", "rel", "role"}},
    {GUMBO_TAG_ABBR, {0}},
    {GUMBO_TAG_B, {0}},
    {GUMBO_TAG_BDI, {0}},
    {GUMBO_TAG_BDO, {0}},
    {GUMBO_TAG_BLOCKQUOTE, {"cite"}},
    {GUMBO_TAG_BR, {0}},
    {GUMBO_TAG_CAPTION, {0}},
    {GUMBO_TAG_CITE, {0}},
    {GUMBO_TAG_CODE, {0}},
    {GUMBO_TAG_COL, {"span"}},
    {GUMBO_TAG_COLGROUP, {"span"}},
    {GUMBO_TAG_DD, {0}},
    {GUMBO_TAG_DEL, {"cite", "datetime"}},
    {GUMBO_TAG_DETAILS, {"open"}},
    {GUMBO_TAG_DFN, {0}},
    {GUMBO_TAG_DIV, {0}},
    {GUMBO_TAG_DL, {0}},
    {GUMBO_TAG_DT, {0}},
    {GUMBO_TAG_EM, {0}},
    {GUMBO_TAG_FIGCAPTION, {0}},
    {GUMBO_TAG_FIGURE, {0}},
    {GUMBO_TAG_H1, {"id"}},
    {GUMBO_TAG_H2, {"id"}},
    {GUMBO_TAG_H3, {"id"}},
    {GUMBO_TAG_H4, {"id"}},
    {GUMBO_TAG_H5, {"id"}},
    {GUMBO_TAG_H6, {"id"}},
    {GUMBO_TAG_HR, {0}},
    {GUMBO_TAG_I, {0}},
    {GUMBO_TAG_IMG, {"src", "alt", "width", "height", "loading", "decoding"}},
    {GUMBO_TAG_INPUT, {"type", "checked", "disabled"}}, /* a task's box: see is_task */
    {GUMBO_TAG_INS, {"cite", "datetime"}},
    {GUMBO_TAG_KBD, {0}},
    {GUMBO_TAG_LI, {"id", "value"}},
    {GUMBO_TAG_MARK, {0}},
    {GUMBO_TAG_OL, {"start", "reversed", "type"}},
    {GUMBO_TAG_P, {0}},
    {GUMBO_TAG_PRE, {0}},
    {GUMBO_TAG_Q, {"cite"}},
    {GUMBO_TAG_RP, {0}},
    {GUMBO_TAG_RT, {0}},
    {GUMBO_TAG_RUBY, {0}},
    {GUMBO_TAG_S, {0}},
    {GUMBO_TAG_SAMP, {0}},
    {GUMBO_TAG_SECTION, {"role"}},
    {GUMBO_TAG_SMALL, {0}},
    {GUMBO_TAG_SPAN, {"data-n"}}, /* the number of a line of code */
    {GUMBO_TAG_STRONG, {0}},
    {GUMBO_TAG_SUB, {0}},
    {GUMBO_TAG_SUMMARY, {0}},
    {GUMBO_TAG_SUP, {"id"}},
    {GUMBO_TAG_TABLE, {0}},
    {GUMBO_TAG_TBODY, {0}},
    {GUMBO_TAG_TD, {"colspan", "rowspan", "headers"}},
    {GUMBO_TAG_TFOOT, {0}},
    {GUMBO_TAG_TH, {"colspan", "rowspan", "headers", "scope"}},
    {GUMBO_TAG_THEAD, {0}},
    {GUMBO_TAG_TIME, {"datetime"}},
    {GUMBO_TAG_TR, {0}},
    {GUMBO_TAG_U, {0}},
    {GUMBO_TAG_UL, {0}},
    {GUMBO_TAG_VAR, {0}},
    {GUMBO_TAG_WBR, {0}},
};

/* They go with all they hold. */
static const GumboTag dropped[] = {
    GUMBO_TAG_SCRIPT,    GUMBO_TAG_STYLE,    GUMBO_TAG_TEMPLATE, GUMBO_TAG_IFRAME,
    GUMBO_TAG_NOSCRIPT,  GUMBO_TAG_NOFRAMES, GUMBO_TAG_NOEMBED,  GUMBO_TAG_OBJECT,
    GUMBO_TAG_EMBED,     GUMBO_TAG_APPLET,   GUMBO_TAG_TEXTAREA, GUMBO_TAG_SELECT,
    GUMBO_TAG_OPTION,    GUMBO_TAG_DATALIST, GUMBO_TAG_TITLE,    GUMBO_TAG_XMP,
    GUMBO_TAG_PLAINTEXT, GUMBO_TAG_SVG,      GUMBO_TAG_MATH,     GUMBO_TAG_CANVAS,
    GUMBO_TAG_AUDIO,     GUMBO_TAG_VIDEO,    GUMBO_TAG_FRAMESET, GUMBO_TAG_LISTING};

struct parsing {
    struct arena *arena;
    jmp_buf out_of_memory;
};

struct writer {
    struct buf *out;
    size_t pre; /* where the start tag of a <pre> ended last */
};

static void *take(void *arg, size_t n) {
    struct parsing *p = arg;
    void *at = arena_alloc(p->arena, n > 0 ? n : 1);
    if (at == NULL)
        longjmp(p->out_of_memory, 1);
    return at;
}

static void give_back(void *arg, void *at) {
    (void)arg;
    (void)at; /* the arena goes as a whole */
}

static const struct rule *rule_of(GumboTag tag) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].tag == tag)
            return &rules[i];
    return NULL;
}

static bool is_dropped(const GumboNode *node) {
    if (node->type == GUMBO_NODE_TEMPLATE || node->v.element.tag_namespace != GUMBO_NAMESPACE_HTML)
        return true;
    for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++)
        if (node->v.element.tag == dropped[i])
            return true;
    return false;
}

static bool named(const char *const *names, const char *name) {
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static bool is_address(const char *name) {
    return strcmp(name, "href") == 0 || strcmp(name, "src") == 0 || strcmp(name, "cite") == 0;
}

static void put_attribute(struct buf *out, const struct rule *rule, const GumboAttribute *a) {
    if (a->attr_namespace != GUMBO_ATTR_NAMESPACE_NONE ||
        (!named(global, a->name) && !named(rule->attributes, a->name)))
        return;
    if (is_address(a->name) &&
        !link_is_safe(a->value, rule->tag == GUMBO_TAG_IMG ? LINK_IMAGE : LINK_HREF))
        return;
    buf_printf(out, " %s=\"", a->name);
    text_html(out, a->value, strlen(a->value));
    buf_putc(out, '"');
}

static bool is_void(GumboTag tag) {
    return tag == GUMBO_TAG_BR || tag == GUMBO_TAG_HR || tag == GUMBO_TAG_IMG ||
           tag == GUMBO_TAG_COL || tag == GUMBO_TAG_WBR || tag == GUMBO_TAG_INPUT;
}

/* Markdown writes no other field than a task's box. */
static bool is_task(const GumboElement *e) {
    const GumboAttribute *type = gumbo_get_attribute(&e->attributes, "type");
    return type != NULL && strcmp(type->value, "checkbox") == 0 &&
           gumbo_get_attribute(&e->attributes, "disabled") != NULL;
}

/* The element's rule, NULL when its tags go. */
static const struct rule *shown(const GumboElement *e) {
    return e->tag == GUMBO_TAG_INPUT && !is_task(e) ? NULL : rule_of(e->tag);
}

static void open_tag(struct writer *w, const GumboElement *e) {
    const struct rule *rule = shown(e);
    struct buf *out = w->out;
    if (rule == NULL)
        return;
    buf_printf(out, "<%s", gumbo_normalized_tagname(e->tag));
    for (unsigned i = 0; i < e->attributes.length; i++)
        put_attribute(out, rule, e->attributes.data[i]);
    buf_putc(out, '>');
    if (e->tag == GUMBO_TAG_PRE)
        w->pre = out->len;
}

/* The line end that follows <pre> is the parser's to drop: one that is text needs another before it. */
static void put_text(struct writer *w, const char *text) {
    if (w->pre == w->out->len && *text == '\n')
        buf_putc(w->out, '\n');
    text_html(w->out, text, strlen(text));
}

static void close_tag(struct buf *out, const GumboElement *e) {
    if (shown(e) != NULL && !is_void(e->tag))
        buf_printf(out, "</%s>", gumbo_normalized_tagname(e->tag));
}

/* Writes the node; true when its children are to be written, too. */
static bool enter(struct writer *w, const GumboNode *node) {
    switch (node->type) {
    case GUMBO_NODE_TEXT:
    case GUMBO_NODE_WHITESPACE:
    case GUMBO_NODE_CDATA:
        put_text(w, node->v.text.text);
        return false;
    case GUMBO_NODE_ELEMENT:
        if (is_dropped(node))
            return false;
        open_tag(w, &node->v.element);
        return node->v.element.children.length > 0;
    default:
        return false;
    }
}

static void leave(struct buf *out, const GumboNode *node) {
    if (node->type == GUMBO_NODE_ELEMENT && !is_dropped(node))
        close_tag(out, &node->v.element);
}

/* Everything below root, in order, without recursion. */
static void put_children(struct buf *out, const GumboNode *root) {
    struct writer w = {.out = out, .pre = SIZE_MAX};
    if (root->v.element.children.length == 0)
        return;
    const GumboNode *node = root->v.element.children.data[0];
    while (buf_ok(out)) {
        if (enter(&w, node)) {
            node = node->v.element.children.data[0];
            continue;
        }
        leave(out, node);
        const GumboNode *up = node->parent;
        while (node->index_within_parent + 1 == up->v.element.children.length) {
            if (up == root)
                return;
            node = up;
            leave(out, node);
            up = node->parent;
        }
        node = up->v.element.children.data[node->index_within_parent + 1];
    }
}

/* The tree hangs below <html>, into which the parser puts what it was given. */
static int allow_parsed(struct buf *out, struct parsing *p, const char *html, size_t n) {
    GumboOptions o = kGumboDefaultOptions;
    o.allocator = take;
    o.deallocator = give_back;
    o.userdata = p;
    o.max_errors = 0;
    o.fragment_context = GUMBO_TAG_BODY;
    if (setjmp(p->out_of_memory) != 0)
        return -1;
    put_children(out, gumbo_parse_with_options(&o, html, n)->root);
    return 0;
}

int allow_html(struct buf *out, const char *html, size_t n, struct error *err) {
    struct parsing p = {.arena = arena_new(ALLOW_MEMORY)};
    if (p.arena == NULL)
        return error_set(err, "out of memory");
    int rc = allow_parsed(out, &p, html, n);
    arena_free(p.arena);
    if (rc != 0)
        return error_set(err, "the HTML is too large to be looked through");
    return buf_ok(out) ? 0 : error_set(err, "the HTML is larger than %zu bytes", out->max);
}
