/* What a page depends on, by the names that publications touch (store/touch.c). */
#include "web/link.h"
#include "web/visit.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void visit_depends(struct visit *v, const char *fmt, ...) {
    char name[1200];
    va_list args;
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

bool visit_depends_html(struct visit *v, const char *html, size_t n, bool cover) {
    bool looks = html != NULL && link_files_looks(html, n);
    bool led = looks || (html != NULL && link_files_pictures(html, n));
    if (looks && !v->on_posts)
        visit_depends(v, "post:*");
    if ((led || cover) && !v->on_files)
        visit_depends(v, "media:*");
    v->on_posts = v->on_posts || looks;
    v->on_files = v->on_files || led || cover;
    return led;
}
