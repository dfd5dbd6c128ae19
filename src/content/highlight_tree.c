/* One parser, and for each grammar in use its compiled query with its predicates.
 *
 * The query's captures come in order of where they begin, outer before inner, so one stack paints the
 * text in one pass: the inner part wins over the outer. Of several captures of the same part the last
 * in the query wins, except that "variable" and "property" say less than whatever is there already
 * (some grammars write them first, some last).
 *
 * The library checks its clock while it parses, which is the wall's: it goes on where it was until the
 * processor time is used up. We check between captures. The number of matches it may keep open is
 * bounded. Injections (CSS in HTML) are left out. */
#include "content/highlight_tree.h"

#include "base/clock.h"
#include "base/embed.h"
#include "content/highlight_names.h"
#include "gen/grammars.h"

#include <stdlib.h>
#include <string.h>

#if PLATEN_GRAMMARS > 0

#include "content/highlight_predicate.h"

#include <tree_sitter/api.h>

enum { MATCHES_MAX = 256, CLOCK_EVERY = 64 };

extern const struct embedded_file embedded_queries[];
extern const size_t embedded_queries_count;

#define DECLARE(name) const TSLanguage *tree_sitter_##name(void);
PLATEN_EACH_GRAMMAR(DECLARE)

#define ROW(name) {#name, tree_sitter_##name},
static const struct {
    const char *name;
    const TSLanguage *(*language)(void);
} grammars[] = {PLATEN_EACH_GRAMMAR(ROW)};

struct grammar {
    TSQuery *query;
    struct predicates *predicates;
    uint8_t *colours; /* by capture */
    bool tried;
};

struct highlight_tree {
    TSParser *parser;
    TSQueryCursor *cursor;
    struct grammar grammar[PLATEN_GRAMMARS];
};

struct highlight_tree *highlight_tree_new(void) {
    struct highlight_tree *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->parser = ts_parser_new();
    t->cursor = ts_query_cursor_new();
    ts_query_cursor_set_match_limit(t->cursor, MATCHES_MAX);
    return t;
}

void highlight_tree_free(struct highlight_tree *t) {
    if (t == NULL)
        return;
    for (size_t i = 0; i < PLATEN_GRAMMARS; i++) {
        predicates_free(t->grammar[i].predicates);
        free(t->grammar[i].colours);
        if (t->grammar[i].query != NULL)
            ts_query_delete(t->grammar[i].query);
    }
    ts_query_cursor_delete(t->cursor);
    ts_parser_delete(t->parser);
    free(t);
}

size_t highlight_tree_count(void) {
    return PLATEN_GRAMMARS;
}

const char *highlight_tree_name(size_t grammar) {
    return grammars[grammar].name;
}

static const struct embedded_file *query_text(const char *name) {
    for (size_t i = 0; i < embedded_queries_count; i++) {
        if (strcmp(embedded_queries[i].name, name) == 0)
            return &embedded_queries[i];
    }
    return NULL;
}

/* Compiles a grammar's query at its first use. A query that does not compile leaves its language
 * plain; the unit test sees to it that none does. */
static const struct grammar *prepare(struct highlight_tree *t, size_t i) {
    struct grammar *g = &t->grammar[i];
    const struct embedded_file *text = query_text(grammars[i].name);
    TSQueryError kind;
    uint32_t at, captures;

    if (g->tried || text == NULL)
        return g->colours != NULL ? g : NULL;
    g->tried = true;
    g->query = ts_query_new(grammars[i].language(), (const char *)text->data, (uint32_t)text->len,
                            &at, &kind);
    if (g->query == NULL)
        return NULL;
    g->predicates = predicates_new(g->query);
    captures = ts_query_capture_count(g->query);
    g->colours = g->predicates != NULL ? calloc(captures + 1, 1) : NULL;
    for (uint32_t c = 0; g->colours != NULL && c < captures; c++) {
        uint32_t n;
        const char *name = ts_query_capture_name_for_id(g->query, c, &n);
        g->colours[c] = highlight_colour(slice_n(name, n));
    }
    return g->colours != NULL ? g : NULL;
}

/* --- painting --- */

struct part {
    uint32_t begin, end;
    uint8_t colour;
};

struct painter {
    uint8_t *paint;
    uint32_t at; /* painted up to here */
    struct part *open;
    size_t len, cap;
};

static void paint_to(struct painter *p, uint32_t to) {
    if (to > p->at) {
        memset(p->paint + p->at, p->len > 0 ? p->open[p->len - 1].colour : 0, to - p->at);
        p->at = to;
    }
}

static void close_until(struct painter *p, uint32_t begin) {
    while (p->len > 0 && p->open[p->len - 1].end <= begin) {
        paint_to(p, p->open[p->len - 1].end);
        p->len--;
    }
}

static int open_part(struct painter *p, struct part part) {
    struct part *top;

    close_until(p, part.begin);
    paint_to(p, part.begin);
    top = p->len > 0 ? &p->open[p->len - 1] : NULL;
    if (top != NULL && top->begin == part.begin && top->end == part.end) {
        if (!highlight_says_less(part.colour, top->colour))
            top->colour = part.colour;
        return 0;
    }
    if (top != NULL && part.end > top->end)
        part.end = top->end;
    if (p->len == p->cap) {
        const size_t cap = p->cap > 0 ? p->cap * 2 : 64;
        struct part *more = realloc(p->open, cap * sizeof *more);
        if (more == NULL)
            return -1;
        p->open = more;
        p->cap = cap;
    }
    p->open[p->len++] = part;
    return 0;
}

static int paint_captures(struct highlight_tree *t, const struct grammar *g, struct painter *p,
                          const char *code, uint32_t n, int64_t deadline) {
    TSQueryMatch match;
    uint32_t index;

    for (unsigned count = 1; ts_query_cursor_next_capture(t->cursor, &match, &index); count++) {
        const TSQueryCapture *c = &match.captures[index];
        struct part part = {ts_node_start_byte(c->node), ts_node_end_byte(c->node),
                            g->colours[c->index]};
        if (count % CLOCK_EVERY == 0 && clock_cpu_us() > deadline)
            return -1;
        if (part.colour == HIGHLIGHT_UNKNOWN || part.begin >= part.end || part.end > n ||
            !predicates_hold(g->predicates, &match, code))
            continue;
        if (open_part(p, part) != 0)
            return -1;
    }
    close_until(p, n);
    return 0;
}

/* NULL when the time is over. A parse that the wall's clock cut short goes on where it was. */
static TSTree *parse(TSParser *parser, const char *code, uint32_t n, int64_t deadline) {
    int64_t left = deadline - clock_cpu_us();
    TSTree *tree = NULL;

    ts_parser_reset(parser);
    while (tree == NULL && left > 0) {
        ts_parser_set_timeout_micros(parser, (uint64_t)left);
        tree = ts_parser_parse_string(parser, NULL, code, n);
        left = deadline - clock_cpu_us();
    }
    return tree;
}

int highlight_tree_paint(struct highlight_tree *t, uint8_t *paint, size_t grammar, const char *code,
                         size_t n, int64_t *budget_us) {
    const struct grammar *g = prepare(t, grammar);
    const int64_t deadline = clock_cpu_us() + *budget_us;
    struct painter p = {.paint = paint};
    TSTree *tree;
    int rc = -1;

    if (g == NULL || n > UINT32_MAX ||
        !ts_parser_set_language(t->parser, grammars[grammar].language()))
        return -1;
    tree = parse(t->parser, code, (uint32_t)n, deadline);
    if (tree != NULL) {
        ts_query_cursor_exec(t->cursor, g->query, ts_tree_root_node(tree));
        rc = paint_captures(t, g, &p, code, (uint32_t)n, deadline);
    }
    if (tree != NULL)
        ts_tree_delete(tree);
    free(p.open);
    *budget_us = deadline - clock_cpu_us();
    return rc;
}

#else /* no grammars */

struct highlight_tree {
    char none;
};

struct highlight_tree *highlight_tree_new(void) {
    return calloc(1, sizeof(struct highlight_tree));
}

void highlight_tree_free(struct highlight_tree *t) {
    free(t);
}

size_t highlight_tree_count(void) {
    return 0;
}

const char *highlight_tree_name(size_t grammar) {
    (void)grammar;
    return "";
}

int highlight_tree_paint(struct highlight_tree *t, uint8_t *paint, size_t grammar, const char *code,
                         size_t n, int64_t *budget_us) {
    (void)t, (void)paint, (void)grammar, (void)code, (void)n, (void)budget_us;
    return -1;
}

#endif

size_t highlight_tree_find(struct slice language) {
    char name[HIGHLIGHT_NAME_MAX + 1];

    if (language.len == 0 || language.len > HIGHLIGHT_NAME_MAX)
        return SIZE_MAX;
    for (size_t i = 0; i < language.len; i++)
        name[i] = text_lower(language.ptr[i]);
    name[language.len] = '\0';
    for (size_t i = 0; i < highlight_tree_count(); i++) {
        if (strcmp(highlight_grammar_of(name), highlight_tree_name(i)) == 0)
            return i;
    }
    return SIZE_MAX;
}

const char *highlight_tree_class(uint8_t colour) {
    return highlight_class(colour);
}
