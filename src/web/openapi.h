/* The description of the API (OpenAPI 3.1), made from the tables that also read requests. */
#ifndef PLATEN_WEB_OPENAPI_H
#define PLATEN_WEB_OPENAPI_H

#include "web/api.h"

/* An operation, as the tables say. */
struct api_op {
    const char *method; /* "get" */
    const char *path;   /* "/api/v1/posts/{id}" */
    const char *id, *group, *summary;
    const struct api_param *params;
    const char *scope;  /* that a token must have; NULL: none is wanted */
    const char *takes;  /* schema of its body; NULL: none; "bytes": a file */
    const char *gives;  /* schema of its answer; NULL: none */
    int status;         /* of its answer */
    const char *errors; /* "400 404" */
};
extern const struct api_op api_ops[]; /* ends with a NULL method */

/* A member of a schema. Types: string integer boolean object uri uri-reference date-time, the name of a
 * schema, [X] for a list of them; behind it ? when it may be null. */
struct api_schema_member {
    const char *schema, *name, *type, *help;
    bool optional;
};
extern const struct api_schema_member api_schema_members[]; /* ends with a NULL schema */

/* The whole document; NULL when memory is out. */
json_t *openapi_document(const struct snapshot *site);

/* The schema of a type. */
json_t *openapi_type(const char *type);

#endif
