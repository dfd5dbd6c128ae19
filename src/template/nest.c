/* How tags nest and which of them stand alone (mustache/spec, specs/whitespace.md):
 *
 * - A tag that is no variable and has its line to itself stands alone: that line is not text.
 * - A parent, and a block outside of a parent tag (a parameter), also stands alone as a pair: when
 *   its opening tag begins a line and its closing tag ends one, on whatever lines they are.
 * - A block directly inside a parent tag (an argument) has its first line's end dropped when its
 *   opening tag ends the line, and then also the white space before its closing tag where that
 *   begins a line. */
#include "template/program.h"

#include <string.h>

static bool opens(const struct tag *t) {
    return t->kind == TAG_SECTION || t->kind == TAG_INVERTED || t->kind == TAG_PARENT ||
           t->kind == TAG_BLOCK;
}

static char sigil(const struct tag *t) {
    switch (t->kind) {
    case TAG_INVERTED:
        return '^';
    case TAG_PARENT:
        return '<';
    case TAG_BLOCK:
        return '$';
    default:
        return '#';
    }
}

/* A closing tag's leading asterisk was taken for a dynamic name; where the opening tag cannot have
 * one, it is part of the name. */
static bool same_name(const char *text, const struct tag *open, const struct tag *close) {
    const char *name = text + open->name;
    uint32_t len = open->name_len;
    if (close->dynamic && !open->dynamic && len > 0 && *name == '*') {
        name++;
        len--;
    } else if (close->dynamic != open->dynamic) {
        return false;
    }
    return len == close->name_len && memcmp(name, text + close->name, len) == 0;
}

static int check_close(const struct tags *tags, const char *text, uint32_t close, uint32_t open,
                       struct error *err) {
    const struct tag *c = &tags->list[close];
    const char *star = c->dynamic ? "*" : "";
    if (open == TEMPLATE_NONE) {
        return tags_error(err, text, c->start, "the closing tag {{/%s%.*s}} has no opening tag",
                          star, tags_shown(text, c->name, c->name_len), text + c->name);
    }
    const struct tag *o = &tags->list[open];
    if (same_name(text, o, c)) {
        return 0;
    }
    return tags_error(err, text, c->start,
                      "the closing tag {{/%s%.*s}} stands where {{/%s%.*s}} is due", star,
                      tags_shown(text, c->name, c->name_len), text + c->name, o->dynamic ? "*" : "",
                      tags_shown(text, o->name, o->name_len), text + o->name);
}

static int match(struct tags *tags, const char *text, struct error *err) {
    uint32_t stack[TEMPLATE_NESTING_MAX] = {0};
    uint32_t depth = 0;
    for (uint32_t i = 0; i < tags->count; i++) {
        struct tag *t = &tags->list[i];
        uint32_t top = depth > 0 ? stack[depth - 1] : TEMPLATE_NONE;
        if (opens(t)) {
            if (depth == TEMPLATE_NESTING_MAX) {
                return tags_error(err, text, t->start, "more than %d sections inside each other",
                                  TEMPLATE_NESTING_MAX);
            }
            t->argument = t->kind == TAG_BLOCK && depth > 0 && tags->list[top].kind == TAG_PARENT;
            stack[depth++] = i;
        } else if (t->kind == TAG_CLOSE) {
            if (check_close(tags, text, i, top, err) != 0) {
                return -1;
            }
            t->match = top;
            tags->list[top].match = i;
            depth--;
        }
    }
    if (depth == 0) {
        return 0;
    }
    const struct tag *o = &tags->list[stack[depth - 1]];
    return tags_error(err, text, o->start, "{{%c%s%.*s}} is opened here and never closed", sigil(o),
                      o->dynamic ? "*" : "", tags_shown(text, o->name, o->name_len),
                      text + o->name);
}

static void trim(struct tags *tags, struct tag *t) {
    bool variable = t->kind == TAG_VARIABLE || t->kind == TAG_RAW;
    if (!variable && t->clear_before && t->clear_after) {
        t->trim_before = t->trim_after = true;
    }
    if (t->kind != TAG_PARENT && t->kind != TAG_BLOCK) {
        return;
    }
    struct tag *close = &tags->list[t->match];
    if (t->argument) {
        t->trim_after = t->clear_after;
        close->trim_before = t->clear_after && close->clear_before;
    } else if (t->clear_before && close->clear_after) {
        t->trim_before = true;
        close->trim_after = true;
    }
}

int tags_nest(struct tags *tags, const char *text, struct error *err) {
    if (match(tags, text, err) != 0) {
        return -1;
    }
    for (uint32_t i = 0; i < tags->count; i++) {
        trim(tags, &tags->list[i]);
    }
    return 0;
}
