/* The log is a list of words that end with NUL: for each commit "\1ID", author, seconds, title; then for each file
 * ":MODE MODE OID OID STATUS" and its name, for a renamed one the old name and the new. Some words begin with a
 * line's end. A log that was cut short ends in the middle, and is read as far as it goes. */
#include "ingest/past.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { VERSIONS_MAX = 20000 };

struct words {
    const char *at, *end;
};

static const char *next_word(struct words *w) {
    if (w->at >= w->end)
        return NULL;
    const char *word = w->at, *nul = memchr(word, '\0', (size_t)(w->end - word));
    if (nul == NULL)
        return NULL;
    w->at = nul + 1;
    return *word == '\n' ? word + 1 : word;
}

/* ":100644 100644 OID OID M": the new object and the status; false when it is no such word. */
static bool read_change(const char *word, char oid[41], char *status) {
    size_t n = strlen(word);
    if (n < 98 || word[0] != ':' || word[96] != ' ')
        return false;
    memcpy(oid, word + 56, 40);
    oid[40] = '\0';
    *status = word[97];
    return strspn(oid, "0123456789abcdef") == 40;
}

static int add_version(struct past *p, size_t post, const struct past_version *commit,
                       const char *oid, const char *name, struct error *err) {
    if (p->count >= VERSIONS_MAX || p->posts[post].found >= p->keep)
        return 0;
    if (p->count == p->cap) {
        size_t cap = p->cap == 0 ? 256 : p->cap * 2;
        struct past_version *more = realloc(p->versions, cap * sizeof *more);
        if (more == NULL)
            return error_set(err, "out of memory");
        p->versions = more;
        p->cap = cap;
    }
    struct past_version *v = &p->versions[p->count++];
    *v = *commit;
    v->post = post;
    v->name = name;
    memcpy(v->oid, oid, sizeof v->oid);
    if (++p->posts[post].found >= p->keep)
        p->posts[post].whole = true;
    return 0;
}

/* One file of a commit; names are as they were then. */
static int read_file(struct past *p, const struct past_version *commit, const char *change,
                     const char *before, const char *name, struct error *err) {
    char oid[41], status;
    const json_t *index = json_object_get(p->paths, name);
    if (index == NULL || !read_change(change, oid, &status) || status == 'D')
        return 0;
    size_t post = (size_t)json_integer_value(index);
    bool same = strncmp(change + 15, oid, 40) == 0; /* renamed, and nothing else */
    if (!same && add_version(p, post, commit, oid, name, err) != 0)
        return -1;
    if (status == 'A') {
        p->posts[post].whole = true;
        (void)json_object_del(p->paths, name); /* an older file of that name is another one */
    } else if (status == 'R' && before != NULL) {
        (void)json_object_del(p->paths, name);
        if (json_object_set_new(p->paths, before, json_integer((json_int_t)post)) != 0)
            return error_set(err, "out of memory");
    }
    return 0;
}

static bool is_edge(const char *shallow, const char *commit) {
    return strstr(shallow, commit) != NULL;
}

int past_read(struct past *p, const struct buf *log, const char *shallow, struct error *err) {
    struct words w = {buf_str(log), buf_str(log) + log->len};
    struct past_version commit = {.commit = NULL};
    bool edge = true;
    const char *word;
    while ((word = next_word(&w)) != NULL) {
        if (*word == '\x01') {
            commit = (struct past_version){.commit = word + 1};
            const char *at;
            if ((commit.author = next_word(&w)) == NULL || (at = next_word(&w)) == NULL ||
                (commit.message = next_word(&w)) == NULL)
                break;
            commit.at = strtoll(at, NULL, 10);
            edge = strlen(commit.commit) != 40 || is_edge(shallow, commit.commit);
        } else if (*word == ':') {
            const char *before = NULL, *name = next_word(&w);
            size_t n = strlen(word);
            bool moved = n > 97 && (word[97] == 'R' || word[97] == 'C');
            if (moved) {
                before = name;
                name = next_word(&w);
            }
            if (name == NULL)
                break;
            if (!edge && read_file(p, &commit, word, before, name, err) != 0)
                return -1;
        }
    }
    return 0;
}

bool past_is_whole(const struct past *p) {
    for (size_t i = 0; i < p->post_count; i++)
        if (!p->posts[i].whole)
            return false;
    return true;
}
