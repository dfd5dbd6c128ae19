/* See ghost_fields.h. */
#include "web/ghost_fields.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LEN = 32 };

#define IN_POSTS (1U << QUERY_POSTS | 1U << QUERY_PAGES)
#define IN_TERMS (1U << QUERY_TAGS | 1U << QUERY_AUTHORS)
#define NO_COLUMN QUERY__COLUMNS

static const struct ghost_field fields[] = {
    {"id", IN_POSTS, GHOST_POST_ID, QUERY_ID, NULL},
    {"comment_id", IN_POSTS, GHOST_POST_ID, QUERY_ID, NULL},
    {"slug", IN_POSTS, GHOST_TEXT, QUERY_SLUG, NULL},
    {"title", IN_POSTS, GHOST_TEXT, QUERY_NAME, NULL},
    {"published_at", IN_POSTS, GHOST_TIME, QUERY_PUBLISHED, NULL},
    {"created_at", IN_POSTS, GHOST_TIME, QUERY_CREATED, NULL},
    {"updated_at", IN_POSTS, GHOST_TIME, QUERY_UPDATED, NULL},
    {"featured", IN_POSTS, GHOST_BOOL, QUERY_FEATURED, NULL},
    {"reading_time", IN_POSTS, GHOST_NUMBER, QUERY_MINUTES, NULL},
    {"custom_excerpt", IN_POSTS, GHOST_TEXT, QUERY_DESCRIPTION, NULL},
    {"meta_description", IN_POSTS, GHOST_TEXT, QUERY_DESCRIPTION, NULL},
    {"feature_image", IN_POSTS, GHOST_THERE, QUERY_COVER, NULL},
    {"tag", IN_POSTS, GHOST_SLUG, QUERY_TAG, NULL},
    {"tags", IN_POSTS, GHOST_SLUG, QUERY_TAG, NULL},
    {"tag.slug", IN_POSTS, GHOST_SLUG, QUERY_TAG, NULL},
    {"tags.slug", IN_POSTS, GHOST_SLUG, QUERY_TAG, NULL},
    {"tag.id", IN_POSTS, GHOST_LIST_ID, QUERY_TAG, NULL},
    {"tags.id", IN_POSTS, GHOST_LIST_ID, QUERY_TAG, NULL},
    {"primary_tag", IN_POSTS, GHOST_SLUG, QUERY_FIRST_TAG, NULL},
    {"primary_tag.slug", IN_POSTS, GHOST_SLUG, QUERY_FIRST_TAG, NULL},
    {"primary_tag.id", IN_POSTS, GHOST_LIST_ID, QUERY_FIRST_TAG, NULL},
    {"author", IN_POSTS, GHOST_SLUG, QUERY_AUTHOR, NULL},
    {"authors", IN_POSTS, GHOST_SLUG, QUERY_AUTHOR, NULL},
    {"author.slug", IN_POSTS, GHOST_SLUG, QUERY_AUTHOR, NULL},
    {"authors.slug", IN_POSTS, GHOST_SLUG, QUERY_AUTHOR, NULL},
    {"author.id", IN_POSTS, GHOST_LIST_ID, QUERY_AUTHOR, NULL},
    {"authors.id", IN_POSTS, GHOST_LIST_ID, QUERY_AUTHOR, NULL},
    {"primary_author", IN_POSTS, GHOST_SLUG, QUERY_FIRST_AUTHOR, NULL},
    {"primary_author.slug", IN_POSTS, GHOST_SLUG, QUERY_FIRST_AUTHOR, NULL},
    {"primary_author.id", IN_POSTS, GHOST_LIST_ID, QUERY_FIRST_AUTHOR, NULL},
    {"status", IN_POSTS, GHOST_CONSTANT, NO_COLUMN, "published"},
    {"type", 1U << QUERY_POSTS, GHOST_CONSTANT, NO_COLUMN, "post"},
    {"type", 1U << QUERY_PAGES, GHOST_CONSTANT, NO_COLUMN, "page"},
    {"page", 1U << QUERY_POSTS, GHOST_CONSTANT, NO_COLUMN, "false"},
    {"page", 1U << QUERY_PAGES, GHOST_CONSTANT, NO_COLUMN, "true"},
    {"visibility", IN_POSTS | IN_TERMS, GHOST_CONSTANT, NO_COLUMN, "public"},
    {"id", IN_TERMS, GHOST_LIST_ID, QUERY_ID, NULL},
    {"slug", IN_TERMS, GHOST_TEXT, QUERY_SLUG, NULL},
    {"name", IN_TERMS, GHOST_TEXT, QUERY_NAME, NULL},
    {"updated_at", IN_TERMS, GHOST_TIME, QUERY_UPDATED, NULL},
    {"count.posts", IN_TERMS, GHOST_NUMBER, QUERY_COUNT, NULL},
    {"posts.count", IN_TERMS, GHOST_NUMBER, QUERY_COUNT, NULL},
    {"feature_image", IN_TERMS, GHOST_CONSTANT, NO_COLUMN, "null"},
    {"profile_image", IN_TERMS, GHOST_CONSTANT, NO_COLUMN, "null"},
};

const struct ghost_field *ghost_field_of(enum query_from from, const char *name) {
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if ((fields[i].in & 1U << from) != 0 && strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

int ghost_order_column(enum query_from from, const char *name, size_t n, enum query_column *out) {
    char lower[NAME_MAX_LEN];
    if (n >= sizeof lower)
        return -1;
    for (size_t i = 0; i < n; i++)
        lower[i] = text_lower(name[i]);
    lower[n] = '\0';
    const struct ghost_field *f = ghost_field_of(from, lower);
    if (f == NULL || f->column >= QUERY_TAG)
        return -1;
    *out = f->column;
    return 0;
}

/* ---- ids ---- */

/* FNV-1a, of which 62 bits are left. */
int64_t ghost_hash(const char *slug) {
    uint64_t h = 14695981039346656037U;
    for (; *slug != '\0'; slug++)
        h = (h ^ (unsigned char)*slug) * 1099511628211U;
    return -2 - (int64_t)(h >> 2);
}

void ghost_id_write(char out[GHOST_ID_SIZE], enum ghost_kind kind, int64_t id) {
    if (id < 0) {
        kind = GHOST_NAMED;
        id = -2 - id;
    }
    snprintf(out, GHOST_ID_SIZE, "706c74%02x%016llx", (unsigned)kind & 0xff,
             (unsigned long long)id);
}

bool ghost_id_read(int64_t *id, enum ghost_kind kind, const char *text, size_t n) {
    uint64_t head = 0, value = 0;
    *id = -1;
    if (n != GHOST_ID_SIZE - 1)
        return false;
    for (size_t i = 0; i < n; i++) {
        int digit = text_hex(text[i]);
        if (digit < 0)
            return false;
        if (i < 8)
            head = head << 4 | (unsigned)digit;
        else
            value = value << 4 | (unsigned)digit;
    }
    if (head == (0x706c7400U | (unsigned)kind) && value <= INT64_MAX)
        *id = (int64_t)value;
    else if (head == (0x706c7400U | GHOST_NAMED) && kind == GHOST_LIST && value >> 62 == 0)
        *id = -2 - (int64_t)value;
    return true;
}
