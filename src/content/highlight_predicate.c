#include "gen/grammars.h"

#if PLATEN_GRAMMARS > 0

#include "content/highlight_predicate.h"

#include "base/text.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_MAX = 4096, SUBJECT_MAX = 256, PREDICATES_MAX = 4096 };

enum operation { EQUAL, MATCH, ANY_OF };

struct predicate {
    enum operation operation;
    bool negated;
    uint32_t pattern; /* of the query */
    const TSQueryPredicateStep
        *args; /* lent by the query: the capture, then what it is held against */
    uint32_t args_len;
    regex_t regex; /* MATCH */
};

struct predicates {
    const TSQuery *query;
    struct predicate *all; /* in order of pattern */
    size_t len;
    size_t *first; /* by pattern; one more at the end */
    uint32_t patterns;
};

static struct slice text_of(const TSQuery *query, const TSQueryPredicateStep *step) {
    uint32_t n;
    const char *s = ts_query_string_value_for_id(query, step->value_id, &n);
    return slice_n(s, n);
}

/* Queries are written for other engines: \d, %d and \s become what POSIX has, in brackets and
 * outside. */
static bool to_posix(char *out, size_t room, struct slice re) {
    bool brackets = false;
    size_t n = 0;

    for (size_t i = 0; i < re.len; i++) {
        const char c = re.ptr[i];
        const char next = i + 1 < re.len ? re.ptr[i + 1] : '\0';
        char one[3] = {c, '\0', '\0'};
        const char *piece = one;
        if ((c == '\\' || c == '%') && (next == 'd' || next == 'w' || next == 's')) {
            const char *set = next == 'd' ? "0-9" : next == 'w' ? "A-Za-z0-9_" : " \t\n";
            n += (size_t)snprintf(out + n, room - n, brackets ? "%s" : "[%s]", set);
            i++;
        } else {
            if (c == '\\' && next != '\0') {
                one[0] = brackets ? next : c;
                one[1] = brackets ? '\0' : next;
                i++;
            } else if (c == '[' || c == ']') {
                brackets = c == '[';
            }
            n += (size_t)snprintf(out + n, room - n, "%s", piece);
        }
        if (n + 16 > room)
            return false;
    }
    return true;
}

static bool compile(struct predicate *p, struct slice re) {
    char posix[PATTERN_MAX];

    return to_posix(posix, sizeof posix, re) &&
           regcomp(&p->regex, posix, REG_EXTENDED | REG_NOSUB) == 0;
}

/* Adds what one predicate says: its name, then its arguments. False: a pattern is wrong. */
static bool add(struct predicates *ps, uint32_t pattern, const TSQueryPredicateStep *steps,
                uint32_t n) {
    struct predicate p = {.pattern = pattern, .args = steps + 1, .args_len = n - 1};
    struct slice name;

    if (n < 3 || steps[0].type != TSQueryPredicateStepTypeString ||
        steps[1].type != TSQueryPredicateStepTypeCapture)
        return true;
    name = text_of(ps->query, steps);
    if (slice_starts(name, "not-")) {
        p.negated = true;
        name = slice_n(name.ptr + 4, name.len - 4);
    }
    if (slice_eq(name, "eq?"))
        p.operation = EQUAL;
    else if (slice_eq(name, "any-of?"))
        p.operation = ANY_OF;
    else if (slice_eq(name, "match?") || slice_eq(name, "lua-match?"))
        p.operation = MATCH;
    else
        return true;
    if (p.operation == MATCH && (steps[2].type != TSQueryPredicateStepTypeString ||
                                 !compile(&p, text_of(ps->query, steps + 2))))
        return false;
    ps->all[ps->len++] = p;
    return true;
}

static bool read_pattern(struct predicates *ps, uint32_t pattern) {
    uint32_t n, from = 0;
    const TSQueryPredicateStep *steps = ts_query_predicates_for_pattern(ps->query, pattern, &n);

    for (uint32_t i = 0; i < n; i++) {
        if (steps[i].type != TSQueryPredicateStepTypeDone)
            continue;
        if (ps->len == PREDICATES_MAX || (i > from && !add(ps, pattern, steps + from, i - from)))
            return false;
        from = i + 1;
    }
    return true;
}

struct predicates *predicates_new(const TSQuery *query) {
    struct predicates *ps = calloc(1, sizeof *ps);
    struct predicate *fit;

    if (ps == NULL)
        return NULL;
    ps->query = query;
    ps->patterns = ts_query_pattern_count(query);
    ps->first = calloc((size_t)ps->patterns + 1, sizeof *ps->first);
    ps->all = calloc(PREDICATES_MAX, sizeof *ps->all);
    if (ps->first == NULL || ps->all == NULL) {
        predicates_free(ps);
        return NULL;
    }
    for (uint32_t i = 0; i < ps->patterns; i++) {
        ps->first[i] = ps->len;
        if (!read_pattern(ps, i)) {
            predicates_free(ps);
            return NULL;
        }
    }
    ps->first[ps->patterns] = ps->len;
    fit = realloc(ps->all, (ps->len + 1) * sizeof *fit);
    if (fit != NULL)
        ps->all = fit;
    return ps;
}

void predicates_free(struct predicates *ps) {
    if (ps == NULL)
        return;
    for (size_t i = 0; i < ps->len; i++) {
        if (ps->all[i].operation == MATCH)
            regfree(&ps->all[i].regex);
    }
    free(ps->all);
    free(ps->first);
    free(ps);
}

/* --- evaluating --- */

static struct slice text_at(TSNode node, const char *code) {
    const uint32_t begin = ts_node_start_byte(node);
    return slice_n(code + begin, ts_node_end_byte(node) - begin);
}

static bool same(struct slice a, struct slice b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static bool matches(const regex_t *re, struct slice s) {
    char subject[SUBJECT_MAX + 1];

    if (s.len > SUBJECT_MAX)
        return false;
    if (s.len > 0)
        memcpy(subject, s.ptr, s.len);
    subject[s.len] = '\0';
    return regexec(re, subject, 0, NULL, 0) == 0;
}

/* What an argument stands for: a string, or the text of a capture in this match. */
static bool argument(struct slice *out, const struct predicates *ps,
                     const TSQueryPredicateStep *step, const TSQueryMatch *match,
                     const char *code) {
    if (step->type == TSQueryPredicateStepTypeString) {
        *out = text_of(ps->query, step);
        return true;
    }
    for (uint16_t i = 0; i < match->capture_count; i++) {
        if (match->captures[i].index == step->value_id) {
            *out = text_at(match->captures[i].node, code);
            return true;
        }
    }
    return false;
}

static bool holds(const struct predicates *ps, const struct predicate *p, const TSQueryMatch *match,
                  const char *code) {
    struct slice subject, other;
    bool yes = false;

    if (!argument(&subject, ps, &p->args[0], match, code))
        return true; /* the capture is optional and not there */
    if (p->operation == MATCH)
        yes = matches(&p->regex, subject);
    for (uint32_t i = 1; p->operation != MATCH && i < p->args_len && !yes; i++)
        yes = argument(&other, ps, &p->args[i], match, code) && same(subject, other);
    return yes != p->negated;
}

bool predicates_hold(const struct predicates *ps, const TSQueryMatch *match, const char *code) {
    const uint32_t pattern = match->pattern_index;

    for (size_t i = ps->first[pattern]; i < ps->first[pattern + 1]; i++) {
        if (!holds(ps, &ps->all[i], match, code))
            return false;
    }
    return true;
}

#else
typedef int predicates_are_left_out; /* a file of C holds something */
#endif
