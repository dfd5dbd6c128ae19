/* Lists for programs: {"data": [...], "page": {"limit", "next", "prev"}} by cursor or by page, with Link. */
#ifndef PLATEN_WEB_API_LIST_H
#define PLATEN_WEB_API_LIST_H

#include "store/browse.h"
#include "web/api.h"

enum { API_LIMIT_MAX = 100, API_LIMIT = 20, API_PAGE_MAX = 100000 };

/* Rows that every list's table of parameters begins with; api_list reads them by name. */
#define API_LIST_PARAMS                                                                            \
    {.name = "limit",                                                                              \
     .type = API_NUMBER,                                                                           \
     .min = 1,                                                                                     \
     .max = API_LIMIT_MAX,                                                                         \
     .number = API_LIMIT,                                                                          \
     .help = "How many at once"},                                                                  \
        {.name = "cursor",                                                                         \
         .max = 1024,                                                                              \
         .help = "Where to go on: next or prev of an answer before, with the same order and "      \
                 "filters"},                                                                       \
    {                                                                                              \
        .name = "page", .type = API_NUMBER, .min = 1, .max = API_PAGE_MAX,                         \
        .help = "Number of the page, for those who want page numbers; not with cursor"             \
    }

/* A list that is to be answered. */
struct api_list {
    const char *path; /* "/api/v1/posts" */
    struct api_param *params;
    char purpose[80]; /* of its cursors: api_list_purpose */
    struct browse_key from;
    bool back, has_from;
    bool secret; /* for who asks only: no cache may keep it */
    bool total;  /* is wanted */
    /* Walks the list; flip: the other way round. */
    int (*run)(const struct api_list *l, struct db *db, bool flip, const struct browse_key *beyond,
               int64_t size, int64_t offset, browse_fn *fn, void *arg, struct error *err);
    /* Appends what is shown of one. 0, -1. */
    int (*item)(const struct api_list *l, struct visit *v, const struct browse_key *key,
                json_t *data, struct error *err);
    int (*count)(const struct api_list *l, struct db *db, int64_t *total, struct error *err);
    void *ctx;
};

/* Sets l's purpose from the given parameters that say what is in the list and in which order, and reads
 * the cursor; faults are told. Call after api_params_read. 0, -1. */
int api_list_begin(struct api_list *l, const char *path, struct api_param *params,
                   json_t *faults) CHECKED;

int api_list_answer(struct visit *v, const struct api_list *l, struct error *err) CHECKED;

/* Answers with data alone, which has all there is; data is stolen. */
int api_list_whole(struct visit *v, const struct api_list *l, json_t *data,
                   struct error *err) CHECKED;

#endif
