/* A post as programs see it: from the same view as the pages, by name of member. */
#ifndef PLATEN_WEB_API_VIEW_H
#define PLATEN_WEB_API_VIEW_H

#include "web/api.h"

/* Groups of members, which `include` names. */
enum {
    API_IN_LISTS = 1,
    API_TAGS = 2,
    API_BODY = 4,
    API_TOC = 8,
    API_ALONE = 16,
    API_TRUSTED = 32
};

struct api_member {
    const char *name;
    const char *type; /* of the description for clients: see openapi.c */
    unsigned groups;
    const char *help;
};
extern const struct api_member api_post_members[]; /* ends with a NULL name */

/* The members' names, as choices of a parameter, in the same order. */
#define API_POST_MEMBERS                                                                           \
    "id title slug section url permalink live description summary published updated words "        \
    "minutes "                                                                                     \
    "cover authors tags categories series html toc params body"

/* Bits of the members in any of the groups. */
uint64_t api_members_in(unsigned groups);

/* True when one of them needs the post's body read. */
bool api_members_whole(uint64_t members);

/* The members named by bits; NULL when memory is out. */
json_t *api_view_post(struct visit *v, const struct post *p, uint64_t members);

/* A section or term: {"name", "slug", "url", "permalink", "count", "updated"}. */
json_t *api_view_list(struct visit *v, const struct list *l);

/* "2026-11-23T10:00:00Z". */
int api_put_seconds(json_t *o, const char *key, int64_t seconds);

#endif
