#include "content/code_info.h"

#include <string.h>

enum { LINE_MAX_NUMBER = 1000000 };

static unsigned number(const char **p, const char *end) {
    unsigned v = 0;

    for (; *p < end && text_is_digit(**p); (*p)++) {
        if (v < LINE_MAX_NUMBER)
            v = v * 10 + (unsigned)(**p - '0');
    }
    return v < LINE_MAX_NUMBER ? v : LINE_MAX_NUMBER;
}

/* 1 3-5, [1,"3-5"] and 1,3-5 alike: numbers, two of them joined by a hyphen. */
static void add_ranges(struct code_info *out, struct slice value) {
    const char *p = value.ptr;
    const char *end = value.len > 0 ? value.ptr + value.len : p;

    while (p < end && out->marked_len < CODE_INFO_RANGES) {
        unsigned from, to;
        if (!text_is_digit(*p)) {
            p++;
            continue;
        }
        from = to = number(&p, end);
        if (p + 1 < end && *p == '-' && text_is_digit(p[1])) {
            p++;
            to = number(&p, end);
        }
        out->marked[out->marked_len].from = from;
        out->marked[out->marked_len++].to = to;
    }
}

static struct slice take_value(const char **p) {
    const char *s = *p;
    const char close = *s == '[' ? ']' : *s;
    const char *end;

    if (*s != '"' && *s != '\'' && *s != '[') {
        *p = s + strcspn(s, " \t,}");
        return slice_n(s, (size_t)(*p - s));
    }
    s++;
    end = strchr(s, close);
    if (end == NULL)
        end = s + strlen(s);
    *p = *end != '\0' ? end + 1 : end;
    return slice_n(s, (size_t)(end - s));
}

static bool is_key(char c) {
    return text_is_alpha(c) || c == '_';
}

static void attribute(struct code_info *out, struct slice key, struct slice value) {
    if (slice_eq(key, "hl_lines")) {
        add_ranges(out, value);
    } else if (slice_eq(key, "linenos") || slice_eq(key, "lineNos")) {
        out->numbers = !slice_eq(value, "false");
    } else if (slice_eq(key, "linenostart") || slice_eq(key, "lineNoStart")) {
        const char *p = value.ptr;
        out->first = number(&p, value.ptr + value.len);
    } else if (slice_eq(key, "title") || slice_eq(key, "name")) {
        out->title = value;
    }
}

void code_info_read(struct code_info *out, const char *info) {
    struct slice key = {0};
    const char *p = info != NULL ? info : "";
    const size_t n = strcspn(p, " \t{,");

    *out = (struct code_info){.language = {p, n}, .first = 1};
    for (p += n; *p != '\0';) {
        const char *begin = p;
        struct slice value = {0};
        if (text_is_digit(*p) && slice_eq(key, "hl_lines")) {
            /* Zola parts ranges by spaces, without quotes. */
            add_ranges(out, take_value(&p));
            continue;
        }
        while (is_key(*p))
            p++;
        if (p == begin) {
            p++;
            continue;
        }
        key = slice_n(begin, (size_t)(p - begin));
        if (*p == '=') {
            p++;
            value = take_value(&p);
        }
        attribute(out, key, value);
    }
}

bool code_info_is_marked(const struct code_info *info, unsigned line) {
    for (size_t i = 0; i < info->marked_len; i++) {
        if (line >= info->marked[i].from && line <= info->marked[i].to)
            return true;
    }
    return false;
}
