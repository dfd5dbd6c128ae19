/* Mustache 1.4 with inheritance and dynamic names: compiled once to a program, rendered over
 * json_t.
 *
 * A template set is the theme: built-in templates, any single one of which a folder may override.
 * After template_set_open a set is immutable: any number of threads may render from it at once.
 * Escaping is the default ({{x}}); {{{x}}} and {{&x}} are raw.
 */
#ifndef PLATEN_TEMPLATE_TEMPLATE_H
#define PLATEN_TEMPLATE_TEMPLATE_H

#include "base/buf.h"
#include "base/json.h"

/* One template as text: `name` as partials and callers name it ("post", "feeds/rss"), no ending. */
struct template_source {
    const char *name;
    const char *text;
    size_t len;
};

struct template_set;

/* Compiles every built-in template and every DIR/NAME.mustache (sub-folders give "sub/name"; dir
 * may be NULL), the folder's winning over the built-in of the same name. The sources' bytes are
 * copied or compiled; the caller may free them. Error: "file:line:column: message" in err->text
 * (file is "DIR/post.mustache" or "builtin:post"), also for a parent or partial cycle that is
 * certain at compile time. Limits: 1 MB a template, 1,000 templates, nesting 256 sections. */
int template_set_open(struct template_set **out, const struct template_source *builtin,
                      size_t count, const char *dir, struct error *err) CHECKED;
void template_set_free(struct template_set *set);

/* True when the set holds a template of that name. */
bool template_has(const struct template_set *set, const char *name);

/* Renders template `name` over data into out (appended). A missing partial and a missing value are
 * empty, as the specification says. Errors: no such template; include depth over 64 (a cycle
 * through data); out's maximum reached. On error what was appended is cut off again. */
int template_render(const struct template_set *set, const char *name, const json_t *data,
                    struct buf *out, struct error *err) CHECKED;

#endif
