/* Mustache 1.4 with inheritance and dynamic names: compiled once to a program, rendered over
 * a tree of values.
 *
 * A template set is the theme: built-in templates, any single one of which a folder may override.
 * After template_set_open a set is immutable: any number of threads may render from it at once
 * (over data that no thread changes meanwhile). Escaping is the default ({{x}}); {{{x}}} and {{&x}}
 * are raw. False for sections are: missing, false, null, "" and []; 0 and {} are true. Numbers print
 * as they are (reals shortest), objects and arrays print nothing. No lambdas.
 */
#ifndef PLATEN_TEMPLATE_TEMPLATE_H
#define PLATEN_TEMPLATE_TEMPLATE_H

#include "base/buf.h"
#include "base/value.h"

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

/* The name of the template that template_set_open_file makes of its file. */
#define TEMPLATE_MAIN "main"

/* A set whose template TEMPLATE_MAIN is the text of `file`, and whose partials are every
 * NAME.mustache below partials_dir (NULL: none; sub-folders give "sub/name"). A partial called
 * "main" does not collide: tags reach the partial, template_render the file. Limits and errors as
 * template_set_open. The caller frees with template_set_free. */
int template_set_open_file(struct template_set **out, const char *file, const char *partials_dir,
                           struct error *err) CHECKED;

void template_set_free(struct template_set *set);

/* What a text says of the page that it goes into, as bits below 65,536: the page has the traits of all its texts. */
typedef unsigned template_traits_fn(const char *text, size_t n);

/* fn is asked of each template's texts, now, and of raw values when a page is rendered; what is escaped has no traits.
 * Before the set is shared between threads. */
void template_set_traits(struct template_set *set, template_traits_fn *fn);

/* True when the set holds a template of that name. */
bool template_has(const struct template_set *set, const char *name);

/* False only when no template that rendering `name` may come to has a tag whose name begins with `member`. So no item of
 * a list needs that member, as items are only reached by entering the list. Looks through those templates: ask
 * once, not for every page. Any thread. */
bool template_set_asks(const struct template_set *set, const char *name, const char *member);

/* Renders template `name` over data into out (appended). A missing partial and a missing value are
 * empty, as the specification says. Errors: no such template; include depth over 64 (a cycle
 * through data); sections, blocks and includes together over 1,024 deep; more work than 67 million
 * tags (partials that multiply each other); out's maximum reached. On error what was appended is
 * cut off again. Uses about 130 KB of stack, whatever the template. *traits (unless NULL): of the templates that
 * were entered and of the raw values. */
int template_show(const struct template_set *set, const char *name, const struct value *data,
                  struct buf *out, unsigned *traits, struct error *err) CHECKED;

/* What a set renders with one member of the root that is the same in all data. */
struct template_pack;

/* A pack over the set; both it and the fixed member's name and value (lent) live longer. Costs nothing yet: an entry
 * template is linked with all that it includes, and with what the value says of it, when it is first shown. name may be
 * NULL: nothing is fixed; nor is a value that is no object. The set has its traits already. NULL when memory is out.
 *
 * The caller promises: data has no member of that name but at its root, except below members called "params". (A value
 * that has one below itself is fine: it is not taken as fixed then.) What is to be made later in the value is made by
 * whoever links; rendering changes nothing in it only when nothing is. */
struct template_pack *template_pack_open(const struct template_set *set, const char *name,
                                         const struct value *value);
void template_pack_free(struct template_pack *pack); /* NULL is fine */

/* As template_show over the pack's set, in all but speed: the bound on work may be further away. Data whose root does not
 * have the fixed value itself is rendered as it is. Any number of threads at once. */
int template_pack_show(struct template_pack *pack, const char *name, const struct value *data,
                       struct buf *out, unsigned *traits, struct error *err) CHECKED;

/* As template_show over JSON, which is copied first: at most 1 GB. */
int template_render(const struct template_set *set, const char *name, const json_t *data,
                    struct buf *out, struct error *err) CHECKED;

#endif
