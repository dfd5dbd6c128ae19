#include "content/markdown.h"

#include "content/html.h"
#include "content/outline.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

static const char *const extensions[] = {"table", "strikethrough", "autolink", "tasklist"};

static cmark_node *parse(const char *text, size_t n, const struct markdown_options *o) {
    const int flags = CMARK_OPT_FOOTNOTES | CMARK_OPT_UNSAFE | (o->smart ? CMARK_OPT_SMART : 0);
    cmark_parser *parser;
    cmark_node *root;

    cmark_gfm_core_extensions_ensure_registered();
    parser = cmark_parser_new(flags);
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        cmark_syntax_extension *e = cmark_find_syntax_extension(extensions[i]);
        if (e != NULL)
            (void)cmark_parser_attach_syntax_extension(parser, e);
    }
    cmark_parser_feed(parser, text, n);
    root = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    return root;
}

int markdown_render(struct markdown *out, const char *text, size_t n,
                    const struct markdown_options *o, struct error *err) {
    struct outline outline;
    cmark_node *root;

    out->more = MARKDOWN_NO_MORE;
    out->outline = NULL;
    out->warnings = json_array();
    if (out->warnings == NULL || outline_init(&outline, o->toc_min, o->toc_max) != 0) {
        markdown_free(out);
        return error_set(err, "out of memory");
    }
    root = parse(text, n, o);
    html_render(out, &outline, root, text, n, o);
    cmark_node_free(root);
    out->outline = json_incref(outline.entries);
    outline_free(&outline);
    if (!buf_ok(&out->html)) {
        (void)error_set(err, "the HTML of this document would be larger than %zu MB",
                        out->html.max >> 20U);
        markdown_free(out);
        return -1;
    }
    return 0;
}

void markdown_free(struct markdown *m) {
    buf_free(&m->html);
    json_decref(m->outline);
    json_decref(m->warnings);
    m->outline = NULL;
    m->warnings = NULL;
}
