/* Two passes over the body. The first reads the tags into a table and pairs what opens with what
 * closes (a stack of 32); the second writes. Each byte is read a bounded number of times: a tag that
 * does not end within SHORTCODE_TAG_MAX bytes is text up to where the reading stopped, and a verbatim
 * shortcode without an end is looked for once. */
#include "content/shortcode.h"

#include "content/shortcode_private.h"

#include <stdlib.h>
#include <string.h>

enum { NESTING = 32 };

struct scan {
    struct shortcodes *out;
    const struct shortcode_options *o;
    const char *text;
    size_t n;
    struct shortcode_tag *tags;
    size_t count, cap;
    size_t open[NESTING]; /* indexes of wrapping tags not closed yet */
    size_t depth;
    size_t too_deep;
    bool no_end[2]; /* no {{< or {{% closing tag of a verbatim shortcode is left */
    struct shortcode_place place;
};

static void warn(struct scan *s, const struct shortcode_tag *g, const char *why) {
    shortcode_warn(s->out, &s->place, g->start, "shortcode", g->call->name, why);
}

static void rewind_place(struct scan *s) {
    s->place = (struct shortcode_place){.text = s->text, .line = s->o->first_line};
}

/* --- the first pass --- */

static struct shortcode_tag *add_tag(struct scan *s, size_t at) {
    struct shortcode_tag *g;

    if (s->count == s->cap) {
        const size_t cap = s->cap > 0 ? s->cap * 2 : 64;
        struct shortcode_tag *more = realloc(s->tags, cap * sizeof *more);
        if (more == NULL)
            return NULL;
        s->tags = more;
        s->cap = cap;
    }
    g = &s->tags[s->count];
    *g = (struct shortcode_tag){.start = at, .call = calloc(1, sizeof *g->call)};
    if (g->call == NULL)
        return NULL;
    s->count++;
    return g;
}

/* The closing tag of the verbatim shortcode g: g then reaches to its end. */
static bool find_end(struct scan *s, struct shortcode_tag *g) {
    bool *none = &s->no_end[g->mark == '%'];
    size_t i = g->end;

    while (!*none && i + 4 < s->n) {
        const char *p = memmem(s->text + i, s->n - i, "{{", 2);
        size_t behind;
        if (p == NULL)
            break;
        i = behind = (size_t)(p - s->text);
        if (shortcode_ends_hugo(s->text, s->n, &behind, g->call->name, g->mark)) {
            g->inside = slice_n(s->text + g->end, i - g->end);
            g->end = behind;
            return true;
        }
        i += 2;
    }
    *none = true;
    return false;
}

/* What a closing tag closes; NULL when it closes nothing. */
static struct shortcode_tag *close_one(struct scan *s, struct slice name) {
    for (size_t d = s->depth; d > 0; d--) {
        struct shortcode_tag *o = &s->tags[s->open[d - 1]];
        if (name.len == 0 ||
            (o->call->name.len == name.len && memcmp(o->call->name.ptr, name.ptr, name.len) == 0)) {
            o->paired = true;
            s->depth = d - 1;
            return o;
        }
    }
    return NULL;
}

static const char *close_tag(struct scan *s, struct shortcode_tag *g, enum shortcode_kind kind) {
    const struct shortcode_tag *o;

    if (g->call->name.len == 0 && s->too_deep > 0) {
        s->too_deep--;
        return NULL;
    }
    o = close_one(s, g->call->name);
    if (o == NULL) /* that its beginning is unknown has been said */
        return kind == SHORTCODE_UNKNOWN && g->call->name.len > 0 ? NULL : "it closes nothing";
    g->use = o->use == SHORTCODE_AS_HTML ? SHORTCODE_AS_END : SHORTCODE_AS_TEXT;
    g->call->name = o->call->name;
    return NULL;
}

static const char *open_tag(struct scan *s) {
    if (s->depth == NESTING) {
        s->too_deep++;
        return "it is nested too deep";
    }
    s->open[s->depth++] = s->count - 1;
    return NULL;
}

static const char *place(struct scan *s, struct shortcode_tag *g) {
    const bool zola = s->o->dialect == SHORTCODE_ZOLA;
    const enum shortcode_kind kind = shortcode_kind(g->call->name, zola);

    if (g->closing)
        return close_tag(s, g, kind);
    if (zola && g->mark == '%') { /* none of its own has a body */
        const char *deep = open_tag(s);
        return deep != NULL                ? deep
               : kind == SHORTCODE_UNKNOWN ? "it is unknown"
                                           : "it takes no body";
    }
    if (kind == SHORTCODE_UNKNOWN)
        return "it is unknown";
    g->use = SHORTCODE_AS_HTML;
    if (kind == SHORTCODE_WRAP && !g->call->alone)
        return open_tag(s);
    if (kind == SHORTCODE_VERBATIM && !find_end(s, g))
        return "it is not closed";
    return NULL;
}

/* The tag at `at`; where to go on. */
static size_t take_tag(struct scan *s, size_t at) {
    struct shortcode_tag *g = add_tag(s, at);
    const char *why;

    if (g == NULL) {
        s->out->text.failed = true;
        return s->n;
    }
    why = s->o->dialect == SHORTCODE_ZOLA ? shortcode_read_zola(g, s->text, s->n)
                                          : shortcode_read_hugo(g, s->text, s->n);
    if (why == NULL && g->use != SHORTCODE_AS_LITERAL)
        why = place(s, g);
    g->call->inside = g->inside;
    g->call->o = s->o;
    if (why != NULL) {
        g->use = SHORTCODE_AS_TEXT;
        warn(s, g, why);
    }
    return g->end;
}

static void read_all(struct scan *s) {
    const bool zola = s->o->dialect == SHORTCODE_ZOLA;
    size_t i = 0;

    while (i + 3 < s->n && s->count < SHORTCODE_TAGS_MAX) {
        const char *p = memchr(s->text + i, '{', s->n - i);
        if (p == NULL)
            return;
        i = (size_t)(p - s->text);
        if (zola ? shortcode_is_zola(s->text, s->n, i) : shortcode_is_hugo(s->text, s->n, i))
            i = take_tag(s, i);
        else
            i++;
    }
    if (s->count >= SHORTCODE_TAGS_MAX)
        shortcode_warn(s->out, &s->place, i, "shortcode", slice_of(""), "there are too many");
}

/* --- the second pass --- */

static void write_tag(struct scan *s, const struct shortcode_tag *g) {
    struct shortcodes *o = s->out;
    const size_t before = o->html.len;
    const struct slice over = slice_n(s->text + g->start, g->end - g->start);
    const char *why = shortcode_html(&o->html, g->call, g->use == SHORTCODE_AS_END);

    if (why != NULL) {
        warn(s, g, why);
        (void)buf_append(&o->text, over.ptr, over.len);
        return;
    }
    if (shortcode_kind(g->call->name, s->o->dialect == SHORTCODE_ZOLA) == SHORTCODE_LINK) {
        (void)buf_append(&o->text, buf_str(&o->html) + before, o->html.len - before);
        buf_truncate(&o->html, before);
        shortcode_lines(o, over);
        return;
    }
    shortcode_token(o, s->o->raw_html && shortcode_alone(s->text, s->n, g->start, g->end), over);
}

static void write_all(struct scan *s) {
    struct buf *to = &s->out->text;
    size_t done = 0;

    for (size_t i = 0; i < s->count; i++) {
        const struct shortcode_tag *g = &s->tags[i];
        (void)buf_append(to, s->text + done, g->start - done);
        done = g->end;
        if (g->use == SHORTCODE_AS_LITERAL) {
            (void)buf_append(to, s->text + g->start, g->edge);
            (void)buf_append(to, g->inside.ptr, g->inside.len);
            (void)buf_append(to, s->text + g->end - g->edge, g->edge);
        } else if (g->use == SHORTCODE_AS_TEXT) {
            (void)buf_append(to, s->text + g->start, g->end - g->start);
        } else {
            write_tag(s, g);
        }
    }
    (void)buf_append(to, s->text + done, s->n - done);
}

/* An opening tag that nothing closes is text. */
static void unpaired(struct scan *s) {
    const bool zola = s->o->dialect == SHORTCODE_ZOLA;

    for (size_t i = 0; i < s->count; i++) {
        struct shortcode_tag *g = &s->tags[i];
        if (g->use == SHORTCODE_AS_HTML && !g->paired && !g->call->alone &&
            shortcode_kind(g->call->name, zola) == SHORTCODE_WRAP) {
            g->use = SHORTCODE_AS_TEXT;
            warn(s, g, "it is not closed");
        }
    }
}

int shortcode_expand(struct shortcodes *out, const char *text, size_t n,
                     const struct shortcode_options *o, struct error *err) {
    struct scan s = {.out = out, .o = o, .text = text, .n = n};

    shortcode_begin(out);
    rewind_place(&s);
    if (n > 0)
        read_all(&s);
    rewind_place(&s);
    unpaired(&s);
    rewind_place(&s);
    write_all(&s);
    for (size_t i = 0; i < s.count; i++)
        free(s.tags[i].call);
    free(s.tags);
    return shortcode_finish(out, err);
}
