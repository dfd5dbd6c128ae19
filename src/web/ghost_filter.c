/* See ghost_filter.h. A descent over the text: an expression is terms joined by ',' (or), each of terms joined by
 * '+' (and), each a bracketed expression or field:value. Nodes are made behind their children. */
#include "web/ghost_filter.h"

#include "base/date.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16, NAME_MAX_LEN = 32, NUMBER_LEN = 18 };

/* ---- reading ---- */

struct reader {
    struct ghost_filter *f;
    enum query_from from;
    const char *begin, *at, *end;
    char *texts; /* the next free place */
    int64_t now;
    struct error *err;
};

static int wrong(struct reader *r, const char *what) {
    return error_set(r->err, "%s at character %zu of the filter", what,
                     (size_t)(r->at - r->begin) + 1);
}

static void skip_space(struct reader *r) {
    while (r->at < r->end && text_is_space(*r->at))
        r->at++;
}

static bool take(struct reader *r, char c) {
    skip_space(r);
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static int add_node(struct reader *r, const struct query_node *n) {
    struct query_where *w = &r->f->where;
    if (w->node_count == QUERY_NODES)
        return error_set(r->err, "the filter has more than %d terms", QUERY_NODES / 2);
    w->nodes[w->node_count] = *n;
    return w->node_count++;
}

/* a AND b, a OR b; what is constant of it is decided. */
static int join(struct reader *r, bool both, int a, int b) {
    const struct query_node *nodes = r->f->where.nodes;
    int neutral = both ? QUERY_ALWAYS : QUERY_NEVER, all = both ? QUERY_NEVER : QUERY_ALWAYS;
    for (int i = 0; i < 2; i++) {
        int one = i == 0 ? a : b, other = i == 0 ? b : a;
        if ((int)nodes[one].kind == neutral)
            return other;
        if ((int)nodes[one].kind == all)
            return one;
    }
    const struct query_node n = {.kind = both ? QUERY_AND : QUERY_OR, .left = a, .right = b};
    return add_node(r, &n);
}

/* ---- values ---- */

struct token {
    const char *text; /* NUL-terminated, without quotes and escapes */
    size_t len;
    bool quoted;
};

static bool is_operator(char c) {
    return c != '\0' && strchr("'\"+,()><=[]", c) != NULL;
}

static int read_quoted(struct reader *r, char *out, size_t *len) {
    const char *begin = r->at++;
    for (; r->at < r->end && *r->at != '\''; r->at++) {
        if (*r->at == '\\' && r->at + 1 < r->end && is_operator(r->at[1]))
            r->at++;
        out[(*len)++] = *r->at;
    }
    if (r->at == r->end) {
        r->at = begin;
        return wrong(r, "a text that does not end");
    }
    r->at++;
    return 0;
}

static bool is_relative(const char *s, const char *end) {
    if (s == end || (*s != '-' && *s != '+'))
        return false;
    const char *digits = ++s;
    while (s < end && text_is_digit(*s))
        s++;
    if (s == digits || s == end || strchr("dwMyhms", *s) == NULL)
        return false;
    return ++s == end || strchr("+,()[]", *s) != NULL;
}

static void read_literal(struct reader *r, char *out, size_t *len) {
    bool relative = false;
    for (; r->at < r->end; r->at++) {
        char c = *r->at;
        if (c == '\\' && r->at + 1 < r->end && is_operator(r->at[1]))
            c = *++r->at;
        else if (*len == 3 && memcmp(out, "now", 3) == 0 && is_relative(r->at, r->end))
            relative = true;
        else if (text_is_space(c) || is_operator(c))
            break;
        out[(*len)++] = c;
        if (relative && c == '+')
            relative = false; /* once */
    }
}

static int read_token(struct reader *r, struct token *t) {
    skip_space(r);
    *t = (struct token){.text = r->texts};
    if (r->at < r->end && *r->at == '\'') {
        t->quoted = true;
        if (read_quoted(r, r->texts, &t->len) != 0)
            return -1;
    } else {
        if (r->at < r->end && *r->at == '-')
            return wrong(r, "a value that begins with \"-\"");
        read_literal(r, r->texts, &t->len);
        if (t->len == 0)
            return wrong(r, "a value is missing");
    }
    r->texts[t->len] = '\0';
    r->texts += t->len + 1;
    return 0;
}

static bool is_word(const struct token *t, const char *word) {
    return !t->quoted && text_eq_nocase(t->text, word);
}

static int64_t months_from(int64_t seconds, int64_t months) {
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct date d = date_at(seconds, 0);
    int64_t month = (int64_t)d.year * 12 + d.month - 1 + months;
    if (month < 12 || month >= (int64_t)9999 * 12)
        return month < 12 ? INT64_MIN / 4 : INT64_MAX / 4;
    d.year = (int)(month / 12);
    d.month = (int)(month % 12) + 1;
    bool leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;
    int last = d.month == 2 && !leap ? 28 : days[d.month - 1];
    d.day = d.day < last ? d.day : last;
    return date_seconds(&d);
}

/* now-30d */
static bool read_relative(int64_t *out, const struct token *t, int64_t now) {
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    char digits[NUMBER_LEN];
    int64_t n;
    if (t->quoted || !text_starts(t->text, "now") || !is_relative(t->text + 3, t->text + t->len) ||
        t->len - 5 >= sizeof digits)
        return false;
    memcpy(digits, t->text + 4, t->len - 5);
    digits[t->len - 5] = '\0';
    if (text_int(&n, digits, 0, 1000000000) != 0)
        return false;
    n = t->text[3] == '-' ? -n : n;
    char unit = t->text[t->len - 1];
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].unit == unit)
            *out = now + n * units[i].seconds;
    if (unit == 'M' || unit == 'y')
        *out = months_from(now, unit == 'M' ? n : 12 * n);
    return true;
}

static bool read_time(struct reader *r, int64_t *out, const struct token *t) {
    struct date d;
    const char *s = t->text;
    if (read_relative(out, t, r->now)) {
        r->f->by_clock = true;
        return true;
    }
    if (t->len < 10 || t->len > 40 || !text_is_digit(*s) || s[4] != '-' || s[7] != '-' ||
        date_parse(&d, s, NULL) != 0)
        return false;
    *out = date_seconds(&d);
    return true;
}

static int as_number(struct reader *r, const struct ghost_field *f, const struct token *t,
                     struct query_value *v) {
    enum ghost_kind kind = f->type == GHOST_POST_ID ? GHOST_POST : GHOST_LIST;
    char what[120];
    bool good = false;
    v->kind = QUERY_NUMBER;
    switch (f->type) {
    case GHOST_TIME:
        good = read_time(r, &v->number, t);
        break;
    case GHOST_BOOL:
        good = is_word(t, "true") || is_word(t, "false") || strcmp(t->text, "1") == 0 ||
               strcmp(t->text, "0") == 0;
        v->number = is_word(t, "true") || *t->text == '1';
        break;
    case GHOST_NUMBER:
        good = text_int(&v->number, t->text, 0, INT64_MAX) == 0;
        break;
    case GHOST_POST_ID:
    case GHOST_LIST_ID:
        (void)ghost_id_read(&v->number, kind, t->text, t->len); /* what is none is nobody's */
        good = true;
        break;
    case GHOST_TEXT:
    case GHOST_SLUG:
    case GHOST_THERE:
    case GHOST_CONSTANT:
        break;
    }
    if (good)
        return 0;
    snprintf(what, sizeof what, "\"%s\" takes %s, which ends", f->name,
             f->type == GHOST_TIME    ? "a time as '2024-01-31 10:00:00'"
             : f->type == GHOST_BOOL  ? "true or false"
             : f->type == GHOST_THERE ? "null only"
                                      : "a whole number");
    return wrong(r, what);
}

static int read_value(struct reader *r, const struct ghost_field *f) {
    struct query_where *w = &r->f->where;
    struct token t;
    if (read_token(r, &t) != 0)
        return -1;
    if (w->value_count == QUERY_VALUES)
        return error_set(r->err, "the filter has more than %d values", QUERY_VALUES);
    struct query_value *v = &w->values[w->value_count++];
    *v = (struct query_value){.kind = QUERY_TEXT, .text = t.text, .len = t.len};
    if (is_word(&t, "null") && f->type != GHOST_CONSTANT) {
        v->kind = QUERY_NULL;
        return 0;
    }
    if (f->type == GHOST_TEXT || f->type == GHOST_SLUG || f->type == GHOST_CONSTANT)
        return 0;
    return as_number(r, f, &t, v);
}

/* ---- terms ---- */

static enum query_test read_test(struct reader *r) {
    if (take(r, '~'))
        return take(r, '^') ? QUERY_STARTS : take(r, '$') ? QUERY_ENDS : QUERY_HOLDS;
    if (take(r, '>'))
        return take(r, '=') ? QUERY_FROM : QUERY_ABOVE;
    if (take(r, '<'))
        return take(r, '=') ? QUERY_TO : QUERY_BELOW;
    return QUERY_IS;
}

static int read_list(struct reader *r, const struct ghost_field *f) {
    do
        if (read_value(r, f) != 0)
            return -1;
    while (take(r, ','));
    return take(r, ']') ? 0 : wrong(r, "a list that does not end");
}

static bool is_any(const struct reader *r, const struct query_node *n, const char *constant) {
    for (int i = 0; i < n->count; i++)
        if (text_eq_nocase(r->f->where.values[n->first + i].text, constant))
            return true;
    return false;
}

/* Comparing asks for a value of a kind that has an order or letters. */
static bool fits(const struct reader *r, const struct ghost_field *f, const struct query_node *n) {
    bool null = r->f->where.values[n->first].kind == QUERY_NULL;
    if (n->test == QUERY_IS)
        return true;
    if (n->test >= QUERY_HOLDS)
        return !null && f->type == GHOST_TEXT && r->f->where.values[n->first].len > 0;
    return !null && (f->type == GHOST_TIME || f->type == GHOST_NUMBER || f->type == GHOST_TEXT);
}

static int read_term(struct reader *r, const struct ghost_field *f) {
    struct query_node n = {.kind = QUERY_TERM, .column = f->column};
    n.first = r->f->where.value_count;
    n.negated = take(r, '-');
    n.test = read_test(r);
    bool list = n.test == QUERY_IS && take(r, '[');
    if ((list ? read_list(r, f) : read_value(r, f)) != 0)
        return -1;
    n.count = r->f->where.value_count - n.first;
    if (!fits(r, f, &n))
        return wrong(r, "a comparison that the field does not know");
    if (f->type == GHOST_CONSTANT) {
        n.kind = is_any(r, &n, f->constant) != n.negated ? QUERY_ALWAYS : QUERY_NEVER;
        n.count = 0;
        r->f->where.value_count = n.first;
    }
    int at = add_node(r, &n);
    bool posts = r->from == QUERY_POSTS || r->from == QUERY_PAGES;
    if (at >= 0 && posts && list && !n.negated && n.column == QUERY_SLUG && r->f->in_order < 0)
        r->f->in_order = at;
    return at;
}

static int read_field(struct reader *r) {
    char name[NAME_MAX_LEN];
    size_t n = 0;
    const char *begin = r->at;
    while (r->at < r->end &&
           (text_is_alpha(*r->at) || text_is_digit(*r->at) || *r->at == '_' || *r->at == '.')) {
        if (n + 1 < sizeof name)
            name[n++] = text_lower(*r->at);
        r->at++;
    }
    name[n] = '\0';
    if (r->at == r->end || *r->at != ':' || n == 0)
        return wrong(r, "a field and \":\" are wanted");
    const struct ghost_field *f = ghost_field_of(r->from, name);
    if (f == NULL) {
        char what[80];
        r->at = begin;
        snprintf(what, sizeof what, "\"%s\" is no field that filters know,", name);
        return wrong(r, what);
    }
    r->at++;
    return read_term(r, f);
}

static int read_any(struct reader *r, int depth);

static int read_part(struct reader *r, int depth) {
    if (!take(r, '('))
        return read_field(r);
    if (depth == DEPTH_MAX)
        return error_set(r->err, "the filter has brackets deeper than %d", DEPTH_MAX);
    int at = read_any(r, depth + 1);
    if (at >= 0 && !take(r, ')'))
        return wrong(r, "a bracket that does not end");
    return at;
}

/* A '+' that came unencoded in a URL is a space by now. */
static bool and_follows(struct reader *r) {
    bool space = r->at < r->end && text_is_space(*r->at);
    if (take(r, '+'))
        return true;
    return space && r->at < r->end && (text_is_alpha(*r->at) || *r->at == '(');
}

static int read_all(struct reader *r, int depth) {
    int at = read_part(r, depth);
    while (at >= 0 && and_follows(r)) {
        int other = read_part(r, depth);
        at = other < 0 ? -1 : join(r, true, at, other);
    }
    return at;
}

static int read_any(struct reader *r, int depth) {
    int at = read_all(r, depth);
    while (at >= 0 && take(r, ',')) {
        int other = read_all(r, depth);
        at = other < 0 ? -1 : join(r, false, at, other);
    }
    return at;
}

int ghost_filter_read(struct ghost_filter *f, enum query_from from, const char *text, size_t n,
                      int64_t now, struct error *err) {
    struct reader r = {
        .f = f, .from = from, .begin = text, .at = text, .end = text + n, .err = err};
    f->where.node_count = f->where.value_count = 0;
    f->where.root = f->in_order = -1;
    f->texts = NULL;
    f->by_clock = false;
    r.now = now;
    skip_space(&r);
    if (r.at == r.end)
        return 0;
    if (n > GHOST_FILTER_MAX)
        return error_set(err, "the filter is longer than %d bytes", GHOST_FILTER_MAX);
    /* a value is never longer than what it was written as, and something stands between two */
    r.texts = f->texts = malloc(n + 2);
    if (r.texts == NULL)
        return error_set(err, "out of memory");
    f->where.root = read_any(&r, 0);
    skip_space(&r);
    if (f->where.root >= 0 && r.at < r.end)
        return wrong(&r, "what is none of the language");
    return f->where.root < 0 ? -1 : 0;
}

void ghost_filter_free(struct ghost_filter *f) {
    free(f->texts);
    f->texts = NULL;
}
