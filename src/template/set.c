/* A set of templates: built-in ones, over them those of a folder. Loading collects the programs,
 * `link` sorts them by name, gives each include that names its template outright that template's
 * number, and refuses cycles that every rendering would run into. A cycle through a section, a block
 * or a dynamic name may end, so it is legal; rendering bounds it. */
#include "template/program.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENDING ".mustache"
enum { FILES_MAX = 100000, PATH_SIZE = 4096 + 256 };

struct template_set {
    struct program *entry; /* TEMPLATE_MAIN of template_set_open_file, or NULL */
    struct program *list[TEMPLATE_COUNT_MAX];
    uint32_t count;
    template_traits_fn *traits; /* NULL: none are asked for */
};

/* ---- finding ---- */

static int by_name(const void *a, const void *b) {
    const struct program *const *left = a;
    const struct program *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

/* Looks among the first `high` templates, which are sorted. */
static uint32_t search(const struct template_set *set, uint32_t high, const char *name) {
    uint32_t low = 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(set->list[middle]->name, name);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return TEMPLATE_NONE;
}

static uint32_t number_of(const struct template_set *set, const char *name) {
    return search(set, set->count, name);
}

const struct program *template_at(const struct template_set *set, uint32_t number) {
    return set->list[number];
}

const struct program *template_find(const struct template_set *set, const char *name) {
    uint32_t number = number_of(set, name);
    return number == TEMPLATE_NONE ? NULL : set->list[number];
}

const struct program *template_entry(const struct template_set *set, const char *name) {
    if (set->entry != NULL && strcmp(name, TEMPLATE_MAIN) == 0) {
        return set->entry;
    }
    return template_find(set, name);
}

template_traits_fn *template_traits_of(const struct template_set *set) {
    return set->traits;
}

static void look_at(struct program *p, template_traits_fn *fn) {
    for (uint32_t i = 0; p != NULL && i < p->count; i++)
        if (p->code[i].op == OP_TEXT)
            p->traits |= fn(p->pool + p->code[i].text, p->code[i].text_len);
}

void template_set_traits(struct template_set *set, template_traits_fn *fn) {
    set->traits = fn;
    look_at(set->entry, fn);
    for (uint32_t i = 0; i < set->count; i++)
        look_at(set->list[i], fn);
}

bool template_has(const struct template_set *set, const char *name) {
    return template_entry(set, name) != NULL;
}

/* ---- loading ---- */

static int add(struct template_set *set, const char *name, const char *file, const char *text,
               size_t len, struct error *err) {
    if (set->count == TEMPLATE_COUNT_MAX) {
        return error_set(err, "%s: more than %d templates", file, TEMPLATE_COUNT_MAX);
    }
    struct program *p;
    if (program_parse(&p, name, file, text, len, err) != 0) {
        return -1;
    }
    set->list[set->count++] = p;
    return 0;
}

struct loading {
    struct template_set *set;
    const char *dir;
    int fd;
    struct buf text;
    struct error *err;
};

static int load_file(void *arg, const struct file_entry *e) {
    struct loading *l = arg;
    if (!text_ends(e->path, ENDING)) {
        return 0;
    }
    char file[PATH_SIZE];
    char name[PATH_SIZE];
    int n = snprintf(file, sizeof file, "%s/%s", l->dir, e->path);
    if (n < 0 || (size_t)n >= sizeof file) {
        return error_set(l->err, "%s: the path is too long", l->dir);
    }
    size_t len = strlen(e->path) - strlen(ENDING);
    memcpy(name, e->path, len);
    name[len] = '\0';
    buf_clear(&l->text);
    if (file_read_at(&l->text, l->fd, e->path, l->err) != 0) {
        return error_prefix(l->err, "%s", l->dir);
    }
    return add(l->set, name, file, buf_str(&l->text), l->text.len, l->err);
}

static int load_dir(struct template_set *set, const char *dir, struct error *err) {
    if (dir == NULL) {
        return 0;
    }
    struct loading l = {.set = set, .dir = dir, .err = err};
    l.fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (l.fd < 0) {
        return error_set(err, "%s: %s", dir, strerror(errno));
    }
    buf_init(&l.text, TEMPLATE_TEXT_MAX);
    int rc = file_walk(dir, FILES_MAX, load_file, &l, err);
    buf_free(&l.text);
    close(l.fd);
    return rc == 0 ? 0 : -1;
}

/* The built-in templates that no file of the folder stands for. Expects what is loaded to be sorted;
 * adds behind that part, which alone is searched. */
static int load_builtin(struct template_set *set, const struct template_source *list, size_t count,
                        struct error *err) {
    uint32_t sorted = set->count;
    for (size_t i = 0; i < count; i++) {
        char file[PATH_SIZE];
        if (search(set, sorted, list[i].name) != TEMPLATE_NONE) {
            continue;
        }
        snprintf(file, sizeof file, "builtin:%s", list[i].name);
        if (add(set, list[i].name, file, list[i].text, list[i].len, err) != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- linking ---- */

static bool is_include(const struct instruction *in) {
    return in->op == OP_PARTIAL || in->op == OP_PARENT;
}

static void resolve(const struct template_set *set, struct program *p) {
    for (uint32_t i = 0; i < p->count; i++) {
        struct instruction *in = &p->code[i];
        if (is_include(in) && (in->flags & FLAG_DYNAMIC) == 0) {
            in->target = number_of(set, p->pool + in->text);
        }
    }
}

/* The walk that looks for cycles: templates on the way down, and where each stands. */
struct walk {
    uint8_t state[TEMPLATE_COUNT_MAX]; /* 0 not seen, 1 on the way, 2 done */
    uint32_t path[TEMPLATE_COUNT_MAX];
    uint32_t at[TEMPLATE_COUNT_MAX];
    uint32_t depth;
};

static void enter(struct walk *w, uint32_t number) {
    w->state[number] = 1;
    w->at[w->depth] = 0;
    w->path[w->depth++] = number;
}

static int check_from(const struct template_set *set, struct walk *w, uint32_t start,
                      struct error *err) {
    enter(w, start);
    while (w->depth > 0) {
        uint32_t number = w->path[w->depth - 1];
        const struct program *p = set->list[number];
        uint32_t at = w->at[w->depth - 1]++;
        if (at == p->count) {
            w->state[number] = 2;
            w->depth--;
            continue;
        }
        const struct instruction *in = &p->code[at];
        if (!is_include(in) || (in->flags & FLAG_ALWAYS) == 0 || in->target == TEMPLATE_NONE) {
            continue;
        }
        if (w->state[in->target] == 1) {
            error_at(err, (int)in->line, (int)in->column,
                     "including \"%s\" here never ends: it includes this template again",
                     set->list[in->target]->name);
            return error_prefix(err, "%s:%u:%u", p->file, in->line, in->column);
        }
        if (w->state[in->target] == 0) {
            enter(w, in->target);
        }
    }
    return 0;
}

static void sort(struct template_set *set) {
    qsort(set->list, set->count, sizeof(struct program *), by_name);
}

static int link_all(struct template_set *set, struct error *err) {
    for (uint32_t i = 0; i < set->count; i++) {
        resolve(set, set->list[i]);
    }
    struct walk *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return error_set(err, "out of memory");
    }
    int rc = 0;
    for (uint32_t i = 0; i < set->count && rc == 0; i++) {
        if (w->state[i] == 0) {
            rc = check_from(set, w, i, err);
        }
    }
    free(w);
    return rc;
}

/* ---- opening ---- */

int template_set_open(struct template_set **out, const struct template_source *builtin,
                      size_t count, const char *dir, struct error *err) {
    *out = NULL;
    struct template_set *set = calloc(1, sizeof *set);
    if (set == NULL) {
        return error_set(err, "out of memory");
    }
    int rc = load_dir(set, dir, err);
    if (rc == 0) {
        sort(set);
        rc = load_builtin(set, builtin, count, err);
    }
    if (rc == 0) {
        sort(set);
        rc = link_all(set, err);
    }
    if (rc != 0) {
        template_set_free(set);
        return -1;
    }
    *out = set;
    return 0;
}

static int load_entry(struct program **out, const char *file, struct error *err) {
    struct buf text;
    buf_init(&text, TEMPLATE_TEXT_MAX);
    int rc = file_read(&text, file, true, err);
    if (rc == 0) {
        rc = program_parse(out, TEMPLATE_MAIN, file, buf_str(&text), text.len, err);
    }
    buf_free(&text);
    return rc;
}

int template_set_open_file(struct template_set **out, const char *file, const char *partials_dir,
                           struct error *err) {
    *out = NULL;
    struct template_set *set = NULL;
    struct program *entry = NULL;
    if (load_entry(&entry, file, err) != 0) {
        return -1;
    }
    if (template_set_open(&set, NULL, 0, partials_dir, err) != 0 || set == NULL) {
        program_free(entry);
        return -1;
    }
    set->entry = entry;
    resolve(set, entry);
    *out = set;
    return 0;
}

void template_set_free(struct template_set *set) {
    if (set == NULL) {
        return;
    }
    program_free(set->entry);
    for (uint32_t i = 0; i < set->count; i++) {
        program_free(set->list[i]);
    }
    free(set);
}
