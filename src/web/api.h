/* What every handler under /api/ needs: who asks, what the query says, how faults are told.
 *
 * Faults are problem documents (RFC 9457): type, title, status, detail, request_id, and errors[] when
 * a query or body has several. */
#ifndef PLATEN_WEB_API_H
#define PLATEN_WEB_API_H

#include "base/json.h"
#include "store/tokens.h"
#include "web/visit.h"

/* How credentials may come: as a bearer token (RFC 6750), or as the password of HTTP Basic
 * (RFC 7617), which is what a browser can ask a person for. Never in a query string. */
enum api_login { API_BEARER, API_BASIC };

/* 0 when the request carries a valid token with any of the scopes; VISIT_DONE when it has been
 * answered with 401 or 403; -1. Notes the token's use. */
int api_allow(struct visit *v, enum api_login login, unsigned scopes, struct error *err) CHECKED;

/* As api_allow, and says which token it is. */
int api_allow_token(struct visit *v, enum api_login login, unsigned scopes, int64_t *token,
                    struct error *err) CHECKED;

/* For those who see more when they are trusted: *scopes of the token that came. Else as api_allow. */
int api_reader(struct visit *v, unsigned *scopes, struct error *err) CHECKED;

/* For what everybody may read: counts whoever shows a token all the same by it. 0, VISIT_DONE, -1. */
int api_visitor(struct visit *v, struct error *err) CHECKED;

/* What a query's value is. */
enum api_type {
    API_TEXT,
    API_NUMBER, /* a whole number within min and max */
    API_TIME,   /* RFC 3339, or a date alone; number gets UTC seconds */
    API_CHOICE, /* one of choices */
    API_NAMES,  /* some of choices, parted by commas; number gets their bits */
    API_LIST,   /* values parted by commas */
};

/* A parameter that a query may have. The same row reads it and describes it to those who write clients. */
struct api_param {
    const char *name;
    int64_t min, max; /* of a number; of others, max is the size in bytes, 0: 4096 */
    int64_t number;   /* in: default, out */
    struct buf text;  /* out, decoded; freed by api_params_free */
    bool given;       /* out */
    enum api_type type;
    const char *choices; /* "a b c" */
    const char *help;
};
/* Reads the query into params (ends with a NULL name). 0; VISIT_DONE when it was answered with 400:
 * unknown (names the nearest known one), out of bounds, malformed, twice. */
int api_params(struct visit *v, struct api_param *params, struct error *err) CHECKED;
/* As api_params, but faults are appended to an array, which api_faulty answers with. 0, -1. */
int api_params_read(const struct visit *v, struct api_param *params, json_t *faults,
                    struct error *err) CHECKED;
void api_params_free(struct api_param *params);
/* The row of that name, which is there. */
struct api_param *api_param_of(struct api_param *params, const char *name);
/* Bits of the words of `given` (parted by commas) in choices (parted by spaces); what is none of them
 * is told to faults. 0, -1. */
int api_names(const char *parameter, const char *given, const char *choices, uint64_t *bits,
              json_t *faults) CHECKED;

/* One more fault of a query. */
int api_fault(json_t *faults, const char *parameter, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* 0 when there are none; else VISIT_DONE: answered with 400, all of them, which are stolen. */
int api_faulty(struct visit *v, json_t *faults);

/* Answers with a problem; errors (stolen) may be NULL. */
void api_problem(struct visit *v, int status, const char *detail, json_t *errors);
/* Answers with a JSON value, which is stolen; NULL is an error. */
int api_answer(struct visit *v, int status, json_t *value, struct error *err) CHECKED;
/* As api_answer with 200, for everybody: with ETag (which begins with `version` unless that is NULL),
 * Last-Modified, conditions, and the caching headers of pages. */
int api_public(struct visit *v, json_t *value, const char *version, struct error *err) CHECKED;

/* As api_public, for who asks only: no cache keeps it. */
int api_private(struct visit *v, json_t *value, const char *version, struct error *err) CHECKED;

/* Headers that let pages of other sites read what is under /api/. */
void api_open_to_all(struct visit *v);

/* Answers with the post as it is now, whether readers see it or not, as GET /api/v1/posts/{id} does. */
int api_post_written(struct visit *v, int64_t id, int status, struct error *err) CHECKED;

/* "2026-11-23T10:00:00.123Z" of UTC milliseconds; null for 0. */
int api_put_time(json_t *o, const char *key, int64_t ms);

/* An id as it stands in a path: 0 when it is none. */
int64_t api_id(struct slice text);

#endif
