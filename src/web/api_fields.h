/* The fields of a post as clients write them: from a JSON body to keys of front matter.
 *
 * One table says each field's name, type and bounds; it is what the request is checked against, and what
 * describes it to others (the OpenAPI document). Every fault is told at once, with its JSON pointer. */
#ifndef PLATEN_WEB_API_FIELDS_H
#define PLATEN_WEB_API_FIELDS_H

#include "base/json.h"

enum api_field_type { FIELD_TEXT, FIELD_TIME, FIELD_BOOL, FIELD_INT, FIELD_TEXTS, FIELD_OBJECT };

struct api_field {
    const char *name;
    enum api_field_type type;
    const char *front; /* key of the front matter */
    size_t max;        /* bytes of a text, of each text of a list */
    const char *help;
};

extern const struct api_field api_fields[];
extern const size_t api_field_count;

/* Reads body (any JSON value, lent) into *out, an object of front matter's keys; null where the client
 * wrote null. faults gets {"pointer","detail"} for whatever is wrong, at most 100. -1: out of memory.
 * whole: a post as a whole, which must have a title. */
int api_fields_read(json_t **out, const json_t *body, bool whole, json_t *faults) CHECKED;

#endif
