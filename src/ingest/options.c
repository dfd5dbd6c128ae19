#include "ingest/options.h"

#include <stdint.h>
#include <string.h>

enum { INCLUDE_MAX = 64 << 10, INCLUDES_MAX = 1 << 20, INCLUDES_COUNT = 256 };

/* Jekyll's url and baseurl, which base_url has in one. */
static json_t *liquid_site(const json_t *site) {
    const char *base = json_get_string(site, "base_url", "");
    const char *host = strstr(base, "://");
    const char *path = host == NULL ? base : host + 3 + strcspn(host + 3, "/");
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] == '/')
        n--;
    return json_pack("{s:s,s:s,s:s%,s:s%}", "title", json_get_string(site, "title", ""),
                     "description", json_get_string(site, "description", ""), "url", base,
                     (size_t)(path - base), "baseurl", path, n);
}

json_t *options_make(const json_t *site, const struct layout *layout) {
    const char *dialect = layout->zola ? "zola" : layout->jekyll ? "jekyll" : "hugo";
    json_t *o = json_pack("{s:I,s:b,s:b,s:b,s:s}", "summary_words",
                          (json_int_t)json_get_int(site, "summary_words", 70), "unsafe",
                          json_get_bool(site, "unsafe_html", true), "smart",
                          json_get_bool(site, "smart", true), "emoji",
                          json_get_bool(site, "emoji", false), "dialect", dialect);
    json_t *params = json_object_get(site, "params");
    int rc = o == NULL ? -1 : 0;
    if (rc == 0 && json_object_size(params) > 0)
        rc = json_object_set(o, "params", params);
    if (rc == 0 && json_is_true(json_object_get(params, "math")))
        rc = json_put_bool(o, "math", true);
    if (rc == 0 && layout->jekyll)
        rc = json_put(o, "site", liquid_site(site));
    if (rc == 0 && layout->jekyll)
        rc =
            json_put_string(o, "excerpt_separator", json_get_string(site, "excerpt_separator", ""));
    if (rc == 0)
        return o;
    json_decref(o);
    return NULL;
}

json_t *options_includes(const struct tree *tree, const struct layout *layout) {
    struct buf folder;
    json_t *all = NULL;
    size_t total = 0;
    if (!layout->jekyll)
        return NULL;
    buf_init(&folder, 4096);
    buf_printf(&folder, "%s_includes/", layout->content);
    for (size_t i = 0; i < tree_count(tree); i++) {
        const struct tree_file *f = tree_at(tree, i);
        struct buf text;
        if (!text_starts(f->path, buf_str(&folder)) || f->size > INCLUDE_MAX ||
            json_object_size(all) >= INCLUDES_COUNT)
            continue;
        buf_init(&text, INCLUDE_MAX);
        bool good = tree_read(tree, f, &text, NULL) == 0 && total + text.len <= INCLUDES_MAX;
        if (all == NULL)
            all = json_object();
        if (good) /* one that is no text is left out */
            total += json_put_stringn(all, f->path + folder.len, buf_str(&text), text.len) == 0
                         ? text.len
                         : 0;
        buf_free(&text);
    }
    buf_free(&folder);
    return all;
}

/* Those of the includes whose name is somewhere in the source; NULL when none is. */
static json_t *includes_of(const json_t *includes, const char *source, size_t n) {
    json_t *some = NULL, *text;
    const char *name;
    if (json_object_size(includes) == 0 || memmem(source, n, "include", 7) == NULL)
        return NULL;
    json_object_foreach((json_t *)(uintptr_t)includes, name, text) {
        if (memmem(source, n, name, strlen(name)) == NULL)
            continue;
        if (some == NULL)
            some = json_object();
        (void)json_put_stringn(some, name, json_string_value(text), json_string_length(text));
    }
    return some;
}

int options_for(json_t **out, const json_t *options, json_t *defaults, const json_t *includes,
                const char *source, size_t n) {
    json_t *some = includes_of(includes, source, n);
    int rc = 0;
    *out = NULL;
    if (defaults == NULL && some == NULL)
        return 0;
    *out = json_deep_copy((json_t *)(uintptr_t)options);
    if (defaults != NULL)
        rc = json_put(*out, "defaults", defaults);
    if (some != NULL && json_put(*out, "includes", some) != 0)
        rc = -1;
    return rc;
}
