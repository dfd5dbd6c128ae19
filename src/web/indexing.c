#include "web/indexing.h"

#include "web/link.h"

#include <string.h>

static bool no_index(const json_t *params) {
    return json_get_bool(params, "robotsnoindex", false);
}

static bool is_full(const char *url) {
    return text_starts(url, "https://") || text_starts(url, "http://");
}

/* The address the author gives as the text's true one; "" without. */
static const char *canonical(const json_t *params) {
    const char *url = json_get_string(params, "canonicalurl", "");
    return is_full(url) ? url : "";
}

/* A page elsewhere is no page for this site's map. */
static bool is_elsewhere(const struct snapshot *site, const struct post *p, const json_t *params) {
    const char *url = canonical(params);
    struct buf own;
    if (*url == '\0')
        return false;
    buf_init(&own, 16384);
    bool here = link_url(&own, site, p->permalink) == 0 && strcmp(buf_str(&own), url) == 0;
    buf_free(&own);
    return !here;
}

/* Of tens of thousands of posts only those are parsed that may say something. */
bool indexing_listed(const struct snapshot *site, const struct post *p) {
    const char *text = p->params;
    if (text == NULL || (strstr(text, "robotsnoindex") == NULL &&
                         strstr(text, "canonicalurl") == NULL && strstr(text, "sitemap") == NULL))
        return true;
    json_t *params = json_loads(text, 0, NULL);
    bool listed = !no_index(params) && !is_elsewhere(site, p, params) &&
                  !json_get_bool(json_object_get(params, "sitemap"), "disable", false);
    json_decref(params);
    return listed;
}

void indexing_put(struct value page, struct arena *a, const struct snapshot *site,
                  const struct value *params) {
    const struct value *hidden =
        value_is(params, VALUE_OBJECT) ? value_get(params, "robotsnoindex") : NULL;
    const char *url =
        value_is(params, VALUE_OBJECT) ? value_get_string(params, "canonicalurl", "") : "";
    if (value_is(hidden, VALUE_BOOL) && hidden->as.truth)
        value_put(page, "noindex", value_bool(true));
    if (is_full(url))
        value_put(page, "canonical", link_value_written(a, site, url));
}
