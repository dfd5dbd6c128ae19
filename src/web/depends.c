/* What a page depends on, by the names that publications touch (store/touch.c). */
#include "content/html_marks.h"
#include "web/visit.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void visit_depends(struct visit *v, const char *fmt, ...) {
    char name[1200];
    va_list args;
    if (v->nameless)
        return;
    va_start(args, fmt);
    int n = vsnprintf(name, sizeof name, fmt, args);
    va_end(args);
    bool whole = n >= 0 && (size_t)n < sizeof name && strchr(name, '\n') == NULL;
    buf_putc(&v->names, '\n');
    buf_puts(&v->names, whole ? name : "any");
}

void visit_depends_list(struct visit *v, const struct list *l) {
    switch (l->kind) {
    case LIST_HOME:
        visit_depends(v, "list:home");
        return;
    case LIST_ALL:
        visit_depends(v, "list:all");
        return;
    case LIST_SECTION:
        visit_depends(v, "list:section:%s", l->slug);
        return;
    case LIST_TERM:
        visit_depends(v, "list:%s:%s", l->taxonomy, l->slug);
        return;
    case LIST__KINDS:
        break;
    }
    visit_depends(v, "any");
}

unsigned visit_traits(const struct post *p) {
    unsigned traits = 0;
    return html_marks_traits(&traits, p->marks) || p->html == NULL
               ? traits
               : html_traits(p->html, p->html_len);
}

bool visit_depends_html(struct visit *v, unsigned traits, bool cover) {
    const bool relative = (traits & HTML_RELATIVE) != 0;
    const bool led = (traits & (HTML_RELATIVE | HTML_PICTURES)) != 0;
    if (relative && !v->on_posts)
        visit_depends(v, "post:*");
    if ((led || cover) && !v->on_files)
        visit_depends(v, "media:*");
    v->on_posts = v->on_posts || relative;
    v->on_files = v->on_files || led || cover;
    return led;
}
