#include "ingest/options.h"

json_t *options_make(const json_t *site, const struct layout *layout) {
    const char *dialect = layout->zola ? "zola" : layout->jekyll ? "jekyll" : "hugo";
    json_t *o = json_pack("{s:I,s:b,s:b,s:s}", "summary_words",
                          (json_int_t)json_get_int(site, "summary_words", 70), "unsafe",
                          json_get_bool(site, "unsafe_html", true), "smart",
                          json_get_bool(site, "smart", true), "dialect", dialect);
    json_t *params = json_object_get(site, "params");
    if (o != NULL && json_object_size(params) > 0 && json_object_set(o, "params", params) != 0) {
        json_decref(o);
        return NULL;
    }
    return o;
}
