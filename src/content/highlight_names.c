#include "content/highlight_names.h"

#include <string.h>

static const struct {
    const char *alias;
    const char *grammar;
} aliases[] = {
    {"py", "python"},         {"python3", "python"},
    {"pyi", "python"},        {"sh", "bash"},
    {"shell", "bash"},        {"zsh", "bash"},
    {"ksh", "bash"},          {"console", "bash"},
    {"shellsession", "bash"}, {"shell-session", "bash"},
    {"sh-session", "bash"},   {"yml", "yaml"},
    {"golang", "go"},         {"js", "javascript"},
    {"mjs", "javascript"},    {"cjs", "javascript"},
    {"jsx", "javascript"},    {"node", "javascript"},
    {"ts", "typescript"},     {"mts", "typescript"},
    {"cts", "typescript"},    {"rs", "rust"},
    {"rb", "ruby"},           {"h", "c"},
    {"htm", "html"},          {"xhtml", "html"},
    {"jsonc", "json"},        {"json5", "json"},
    {"svg", "xml"},           {"xsl", "xml"},
    {"rss", "xml"},           {"postgres", "sql"},
    {"postgresql", "sql"},    {"mysql", "sql"},
    {"sqlite", "sql"},        {"makefile", "make"},
    {"mk", "make"},           {"gnumakefile", "make"},
};

/* What queries call it, and our class; "" is known and has no class. Longer names fall back to
 * shorter ones part by part. The place in the table is the colour. */
static const struct {
    const char *capture;
    const char *class;
} colours[] = {
    {"none", ""},
    {"variable", ""},
    {"property", "na"},
    {"variable.builtin", "bp"},
    {"variable.parameter", ""},
    {"parameter", ""},
    {"field", "na"},
    {"keyword", "k"},
    {"keyword.operator", "ow"},
    {"conditional", "k"},
    {"repeat", "k"},
    {"exception", "k"},
    {"include", "kn"},
    {"import", "kn"},
    {"storageclass", "kd"},
    {"media", "k"},
    {"charset", "k"},
    {"keyframes", "k"},
    {"supports", "k"},
    {"operator", "o"},
    {"string", "s1"},
    {"string.special", "s1"},
    {"string.special.key", "nt"},
    {"string.special.symbol", "ss"},
    {"string.special.regex", "sr"},
    {"string.regex", "sr"},
    {"escape", "se"},
    {"comment", "c1"},
    {"comment.documentation", "sd"},
    {"text", "c1"},
    {"number", "mi"},
    {"float", "mf"},
    {"boolean", "kc"},
    {"constant", "no"},
    {"constant.builtin", "kc"},
    {"function", "nf"},
    {"function.builtin", "nb"},
    {"function.method.builtin", "nb"},
    {"constructor", "nc"},
    {"type", "nc"},
    {"type.builtin", "kt"},
    {"type.qualifier", "kd"},
    {"namespace", "nn"},
    {"tag", "nt"},
    {"attribute", "na"},
    {"label", "nl"},
    {"punctuation", "p"},
    {"delimiter", "p"},
    {"punctuation.special", "si"},
    {"embedded", ""},
    {"markup", ""},
    {"markup.heading", "gh"},
    {"markup.link", "nl"},
};

enum { VARIABLE = 1, PROPERTY = 2 };

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const char *highlight_grammar_of(const char *name) {
    for (size_t i = 0; i < COUNT(aliases); i++) {
        if (strcmp(aliases[i].alias, name) == 0)
            return aliases[i].grammar;
    }
    return name;
}

uint8_t highlight_colour(struct slice capture) {
    while (capture.len > 0) {
        for (size_t i = 0; i < COUNT(colours); i++) {
            if (slice_eq(capture, colours[i].capture))
                return (uint8_t)i;
        }
        while (capture.len > 0 && capture.ptr[--capture.len] != '.') {
        }
    }
    return HIGHLIGHT_UNKNOWN;
}

const char *highlight_class(uint8_t colour) {
    return colours[colour].class;
}

bool highlight_says_less(uint8_t a, uint8_t b) {
    if (a == VARIABLE)
        return b != HIGHLIGHT_PLAIN;
    return a == PROPERTY && strncmp(colours[b].capture, "function", 8) == 0;
}
