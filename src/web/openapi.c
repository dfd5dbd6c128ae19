/* See openapi.h. What is left out on purpose: what is not told to clients (pages for people, hooks). */
#include "web/openapi.h"

#include "web/api_fields.h"
#include "web/api_read.h"
#include "web/api_view.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

/* ---- schemas ---- */

static json_t *reference(const char *kind, const char *name, size_t len) {
    return json_pack("{s:o}", "$ref", json_sprintf("#/components/%s/%.*s", kind, (int)len, name));
}

static json_t *with_null(json_t *schema) {
    json_t *type = json_object_get(schema, "type");
    if (type == NULL)
        return json_pack("{s:[o,{s:s}]}", "anyOf", schema, "type", "null");
    json_object_set_new(schema, "type", json_pack("[O,s]", type, "null"));
    return schema;
}

json_t *openapi_type(const char *type) {
    static const char *const plain[] = {"string", "integer", "boolean", "object"};
    static const char *const formats[] = {"uri", "uri-reference", "date-time"};
    size_t n = strlen(type);
    if (type[n - 1] == '?') {
        char inner[64];
        snprintf(inner, sizeof inner, "%.*s", (int)(n - 1), type);
        return with_null(openapi_type(inner));
    }
    if (*type == '[') {
        char inner[64];
        snprintf(inner, sizeof inner, "%.*s", (int)(n - 2), type + 1);
        return json_pack("{s:s,s:o}", "type", "array", "items", openapi_type(inner));
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (strcmp(type, plain[i]) == 0)
            return json_pack("{s:s}", "type", type);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(type, formats[i]) == 0)
            return json_pack("{s:s,s:s}", "type", "string", "format", type);
    return reference("schemas", type, n);
}

static int describe(json_t *schema, const char *help) {
    return *help == '\0' ? 0 : json_put_string(schema, "description", help);
}

/* The schema `name`, made when it is not there. */
static json_t *schema_of(json_t *schemas, const char *name) {
    json_t *o = json_object_get(schemas, name);
    if (o == NULL) {
        o = json_pack("{s:s,s:{},s:b}", "type", "object", "properties", "additionalProperties", 0);
        (void)json_object_set_new(schemas, name, o);
    }
    return o;
}

static int add_member(json_t *schemas, const struct api_schema_member *m) {
    json_t *schema = schema_of(schemas, m->schema), *type = openapi_type(m->type);
    int bad = describe(type, m->help);
    if (!m->optional) {
        json_t *required = json_object_get(schema, "required");
        if (required == NULL) {
            required = json_array();
            bad |= json_put(schema, "required", required);
        }
        bad |= json_array_append_new(required, json_string(m->name));
    }
    return bad | json_put(json_object_get(schema, "properties"), m->name, type);
}

/* A post's members: `fields` may leave any of them out. */
static int add_post(json_t *schemas, const char *name) {
    int bad = 0;
    for (const struct api_member *m = api_post_members; m->name != NULL; m++) {
        const struct api_schema_member member = {name, m->name, m->type, m->help, true};
        bad |= add_member(schemas, &member);
    }
    return bad;
}

/* What is written of a post. Of a change, null takes a member away. */
static int add_written(json_t *schemas, const char *name, bool whole) {
    static const char *const types[] = {
        [FIELD_TEXT] = "string?", [FIELD_TIME] = "date-time?", [FIELD_BOOL] = "boolean?",
        [FIELD_INT] = "integer?", [FIELD_TEXTS] = "[string]?", [FIELD_OBJECT] = "object?"};
    int bad = 0;
    for (size_t i = 0; i < api_field_count; i++) {
        const struct api_field *f = &api_fields[i];
        bool required = whole && strcmp(f->name, "title") == 0;
        const struct api_schema_member member = {
            name, f->name, required ? "string" : types[f->type], f->help, !required};
        bad |= add_member(schemas, &member);
    }
    return bad;
}

static json_t *make_schemas(void) {
    json_t *o = json_object();
    int bad = add_post(o, "Post") | add_post(o, "FoundPost");
    for (const struct api_schema_member *m = api_schema_members; m->schema != NULL; m++)
        bad |= add_member(o, m);
    bad |= add_written(o, "NewPost", true) | add_written(o, "PostChange", false);
    return view_done(o, bad);
}

/* ---- parameters ---- */

static json_t *choices_of(const char *choices) {
    struct slice rest = slice_of(choices), one;
    json_t *list = json_array();
    int bad = 0;
    while (slice_next(&rest, ' ', &one))
        bad |= json_array_append_new(list, json_stringn(one.ptr, one.len));
    return view_done(list, bad);
}

static json_t *first_choice(const struct api_param *p) {
    json_t *all = choices_of(p->choices);
    json_t *one = json_incref(json_array_get(all, (size_t)p->number));
    json_decref(all);
    return one;
}

static json_t *value_schema(const struct api_param *p) {
    json_t *o = json_object();
    bool list = p->type == API_NAMES || p->type == API_LIST;
    int bad = json_put_string(o, "type",
                              list                    ? "array"
                              : p->type == API_NUMBER ? "integer"
                                                      : "string");
    switch (p->type) {
    case API_NUMBER:
        bad |= json_put_int(o, "minimum", p->min) | json_put_int(o, "maximum", p->max);
        if (p->number != 0)
            bad |= json_put_int(o, "default", p->number);
        break;
    case API_CHOICE:
        bad |=
            json_put(o, "enum", choices_of(p->choices)) | json_put(o, "default", first_choice(p));
        break;
    case API_NAMES:
        bad |= json_put(o, "items",
                        json_pack("{s:s,s:o}", "type", "string", "enum", choices_of(p->choices)));
        break;
    case API_LIST:
        bad |= json_put(o, "items", openapi_type("string"));
        break;
    case API_TIME:
        bad |= json_put(o, "examples", json_pack("[s,s]", "2026-11-23T10:00:00Z", "2026-11-23"));
        break;
    case API_TEXT:
        if (p->max > 0)
            bad |= json_put_int(o, "maxLength", p->max);
        break;
    }
    return view_done(o, bad);
}

static json_t *query_param(const struct api_param *p) {
    json_t *o = json_pack("{s:s,s:s}", "name", p->name, "in", "query");
    int bad = describe(o, p->help == NULL ? "" : p->help);
    if (p->type == API_NAMES || p->type == API_LIST)
        bad |= json_put_string(o, "style", "form") | json_put_bool(o, "explode", false);
    bad |= json_put(o, "schema", value_schema(p));
    return view_done(o, bad);
}

static json_t *header_param(const char *name, const char *help, bool required) {
    return json_pack("{s:s,s:s,s:s,s:b,s:{s:s}}", "name", name, "in", "header", "description", help,
                     "required", required, "schema", "type", "string");
}

static json_t *path_param(const char *name) {
    json_t *schema = strcmp(name, "id") == 0
                         ? json_pack("{s:s,s:i}", "type", "integer", "minimum", 1)
                         : openapi_type("string");
    return json_pack("{s:s,s:s,s:b,s:o}", "name", name, "in", "path", "required", 1, "schema",
                     schema);
}

static json_t *parameters(const struct api_op *op) {
    json_t *list = json_array();
    int bad = 0;
    if (strstr(op->path, "{id}") != NULL)
        bad |= json_array_append_new(list, path_param("id"));
    if (strstr(op->path, "{slug}") != NULL)
        bad |= json_array_append_new(list, path_param("slug"));
    if (strstr(op->path, "{token}") != NULL)
        bad |= json_array_append_new(list, path_param("token"));
    for (const struct api_param *p = op->params; p->name != NULL; p++)
        bad |= json_array_append_new(list, query_param(p));
    bool posts = op->scope != NULL && strcmp(op->scope, "posts:write") == 0;
    if (posts && strcmp(op->method, "post") == 0)
        bad |= json_array_append_new(
            list, header_param("Idempotency-Key",
                               "The same request again is not done again, for a day", false));
    else if (posts)
        bad |= json_array_append_new(
            list, header_param("If-Match", "ETag of the post as it was read", true));
    return view_done(list, bad);
}

/* ---- operations ---- */

static json_t *answer_header(const char *help) {
    return json_pack("{s:s,s:{s:s}}", "description", help, "schema", "type", "string");
}

static json_t *answer(const struct api_op *op) {
    json_t *o = json_pack("{s:s}", "description", op->gives == NULL ? "Done" : op->summary);
    int bad = 0;
    if (op->gives != NULL) {
        json_t *headers = json_pack("{s:o}", "ETag", answer_header("Version of the answer"));
        if (strstr(op->gives, "List") != NULL || strcmp(op->gives, "Found") == 0)
            bad |= json_put(headers, "Link", answer_header("rel=next and rel=prev (RFC 8288)"));
        bad |= json_put(o, "headers", headers);
        bad |=
            json_put(o, "content",
                     json_pack("{s:{s:o}}", "application/json", "schema", openapi_type(op->gives)));
    }
    return view_done(o, bad);
}

static json_t *answers(const struct api_op *op) {
    struct slice rest = slice_of(op->errors), status;
    json_t *o = json_object();
    char text[8];
    snprintf(text, sizeof text, "%d", op->status);
    int bad = json_put(o, text, answer(op));
    if (strcmp(op->method, "get") == 0)
        bad |= json_put(o, "304", json_pack("{s:s}", "description", "As it was (If-None-Match)"));
    while (slice_next(&rest, ' ', &status)) {
        snprintf(text, sizeof text, "%.*s", (int)status.len, status.ptr);
        bad |= json_put(o, text, reference("responses", "Problem", 7));
    }
    bad |= json_put(o, "429", reference("responses", "TooMany", 7));
    return view_done(o, bad);
}

static json_t *operation(const struct api_op *op) {
    json_t *o = json_pack("{s:s,s:s,s:[s]}", "operationId", op->id, "summary", op->summary, "tags",
                          op->group);
    int bad = json_put(o, "parameters", parameters(op));
    if (op->scope != NULL)
        bad |= json_put(o, "description", json_sprintf("For tokens with `%s`.", op->scope));
    /* who shows a token for drafts sees more */
    bad |= json_put(o, "security",
                    op->scope != NULL ? json_pack("[{s:[]}]", "token")
                                      : json_pack("[{},{s:[]}]", "token"));
    bool bytes = op->takes != NULL && strcmp(op->takes, "bytes") == 0;
    if (op->takes != NULL)
        bad |= json_put(o, "requestBody",
                        json_pack("{s:b,s:{s:{s:o}}}", "required", 1, "content",
                                  bytes ? "application/octet-stream" : "application/json", "schema",
                                  bytes ? json_object() : openapi_type(op->takes)));
    bad |= json_put(o, "responses", answers(op));
    return view_done(o, bad);
}

static json_t *paths(void) {
    json_t *o = json_object();
    int bad = 0;
    for (const struct api_op *op = api_ops; op->method != NULL; op++) {
        json_t *path = json_object_get(o, op->path);
        if (path == NULL) {
            path = json_object();
            bad |= json_put(o, op->path, path);
        }
        bad |= json_put(path, op->method, operation(op));
    }
    return view_done(o, bad);
}

static json_t *problem_response(const char *help, bool retry) {
    json_t *o = json_pack("{s:s,s:{s:{s:o}}}", "description", help, "content",
                          "application/problem+json", "schema", reference("schemas", "Problem", 7));
    if (retry)
        (void)json_object_set_new(
            o, "headers", json_pack("{s:o}", "Retry-After", answer_header("Seconds to wait")));
    return o;
}

json_t *openapi_document(const struct snapshot *site) {
    size_t n = strlen(site->base_url);
    json_t *info = json_pack(
        "{s:o,s:s,s:s,s:{s:s,s:s}}", "title",
        json_sprintf("%s: the API", json_get_string(site->site, "title", "Blog")), "version",
        PLATEN_VERSION, "description",
        "Posts and what they are sorted into, as JSON. Reading is open to everybody, pages of "
        "other "
        "sites too. Times are RFC 3339 in UTC. A parameter that is not known is refused.",
        "license", "name", "Content belongs to the site", "identifier", "LicenseRef-Content");
    json_t *components =
        json_pack("{s:o,s:{s:o,s:o},s:{s:{s:s,s:s,s:s}}}", "schemas", make_schemas(), "responses",
                  "Problem", problem_response("What is wrong (RFC 9457)", false), "TooMany",
                  problem_response("Asked too often", true), "securitySchemes", "token", "type",
                  "http", "scheme", "bearer", "description", "Made by platen token create");
    return json_pack("{s:s,s:o,s:[{s:s%}],s:o,s:o}", "openapi", "3.1.0", "info", info, "servers",
                     "url", site->base_url, n > 0 ? n - 1 : 0, "paths", paths(), "components",
                     components);
}

int api_document(struct visit *v, const struct route_match *m, struct error *err) {
    struct api_param none[] = {{0}};
    (void)m;
    int rc = api_visitor(v, err);
    if (rc == 0)
        rc = api_params(v, none, err);
    if (rc != 0)
        return rc;
    visit_depends(v, "site");
    return api_public(v, openapi_document(v->site), NULL, err);
}
