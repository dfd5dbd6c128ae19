/* The description of the API for people: the document that programs get, drawn as a page. */
#include "web/api_read.h"
#include "web/link.h"
#include "web/openapi.h"
#include "web/view.h"

#include <string.h>

/* "string", "[Post]?": what a schema says in a word, and the schema it names, for a link. */
static int put_type(json_t *row, const char *type) {
    size_t from = *type == '[', n = strcspn(type + from, "]?");
    bool named = type[from] >= 'A' && type[from] <= 'Z';
    int bad = json_put_bool(row, "list", from == 1);
    bad |= json_put_bool(row, "null", type[strlen(type) - 1] == '?');
    bad |= json_put_stringn(row, "type", type + from, n);
    return bad | json_put_bool(row, "named", named);
}

static const char *type_of(const struct api_param *p) {
    return p->type == API_NUMBER                         ? "integer"
           : p->type == API_NAMES || p->type == API_LIST ? "[string]"
                                                         : "string";
}

static json_t *param_row(const struct api_param *p) {
    json_t *o = json_object();
    int bad = json_put_string(o, "name", p->name) | put_type(o, type_of(p));
    bad |= json_put_string(o, "help", p->help);
    bad |= json_put_string(o, "choices", p->choices);
    bad |= json_put(o, "bounds",
                    p->type == API_NUMBER
                        ? json_sprintf("%lld to %lld", (long long)p->min, (long long)p->max)
                        : json_null());
    bad |=
        json_put(o, "default",
                 p->type == API_NUMBER && p->number != 0 ? json_integer(p->number) : json_null());
    return view_done(o, bad);
}

/* A schema that the page shows: its name begins with a capital. */
static const char *schema_named(const char *type) {
    return type != NULL && *type >= 'A' && *type <= 'Z' ? type : NULL;
}

static json_t *op_row(const struct api_op *op) {
    json_t *o = json_object(), *params = json_array();
    int bad = 0;
    for (const struct api_param *p = op->params; p->name != NULL; p++)
        bad |= json_array_append_new(params, param_row(p));
    bad |= json_put_string(o, "id", op->id) | json_put_string(o, "method", op->method);
    bad |= json_put_string(o, "path", op->path) | json_put_string(o, "summary", op->summary);
    bad |= json_put_string(o, "scope", op->scope) |
           json_put_string(o, "takes", schema_named(op->takes));
    bad |= json_put_string(o, "gives", schema_named(op->gives));
    bad |= json_put_int(o, "status", op->status) | json_put_string(o, "errors", op->errors);
    bad |= json_put_bool(o, "has_params", json_array_size(params) > 0);
    bad |= json_put(o, "params", params);
    return view_done(o, bad);
}

static json_t *op_groups(void) {
    json_t *groups = json_array(), *ops = NULL;
    const char *last = "";
    int bad = 0;
    for (const struct api_op *op = api_ops; op->method != NULL; op++) {
        if (strcmp(op->group, last) != 0) {
            json_t *o = json_object();
            ops = json_array();
            bad |= json_put_string(o, "name", op->group) | json_put(o, "ops", ops);
            bad |= json_array_append_new(groups, o);
            last = op->group;
        }
        bad |= json_array_append_new(ops, op_row(op));
    }
    return view_done(groups, bad);
}

/* "string" of {"type": "string"}, "Cover" of a reference; what may be null comes as two. */
static json_t *member_row(const char *name, const json_t *schema) {
    const json_t *any = json_object_get(schema, "anyOf"), *type = json_object_get(schema, "type");
    const json_t *inner = any != NULL ? json_array_get(any, 0) : schema;
    bool null = any != NULL || json_is_array(type);
    if (json_is_array(type))
        type = json_array_get(type, 0);
    const char *word = type != NULL ? json_string_value(type) : "";
    bool list = strcmp(word, "array") == 0;
    if (list)
        inner = json_object_get(schema, "items");
    const char *ref = json_get_string(inner, "$ref", NULL);
    if (ref != NULL)
        word = strrchr(ref, '/') + 1;
    else if (list)
        word = json_get_string(inner, "type", "");
    json_t *o = json_object();
    int bad = json_put_string(o, "name", name) | json_put_string(o, "type", word);
    bad |= json_put_bool(o, "named", ref != NULL) | json_put_bool(o, "list", list);
    bad |= json_put_bool(o, "null", null);
    bad |= json_put_string(o, "format", json_get_string(schema, "format", NULL));
    bad |= json_put_string(o, "help", json_get_string(schema, "description", NULL));
    return view_done(o, bad);
}

static json_t *schema_rows(const json_t *document) {
    json_t *list = json_array(), *schema, *member;
    const char *name, *key;
    int bad = 0;
    json_object_foreach(json_object_get(json_object_get(document, "components"), "schemas"), name,
                        schema) {
        json_t *o = json_object(), *members = json_array();
        json_object_foreach(json_object_get(schema, "properties"), key, member) {
            bad |= json_array_append_new(members, member_row(key, member));
        }
        bad |= json_put_string(o, "name", name) | json_put(o, "members", members);
        bad |= json_array_append_new(list, o);
    }
    return view_done(list, bad);
}

int api_reference(struct visit *v, const struct route_match *m, struct error *err) {
    int rc = api_visitor(v, err);
    if (rc != 0)
        return rc;
    json_t *document = openapi_document(v->site);
    json_t *model = view_page(v, "API", "/api/");
    (void)m;
    int bad = json_put(model, "groups", op_groups());
    bad |= json_put(model, "schemas", schema_rows(document));
    bad |= link_put_path(model, "document", v->site, "/api/v1/openapi.json");
    json_decref(document);
    return answer_page(v, "api", view_done(model, bad), err);
}
