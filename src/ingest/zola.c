#include "ingest/zola.h"

#include "base/text.h"
#include "base/unicode.h"

#include <string.h>

enum { SETTINGS_MAX = 1 << 20 };

/* "base_url = ", before any table begins. */
static bool says_base_url(const char *text, size_t len) {
    struct slice rest = slice_n(text, len), line;
    while (slice_next(&rest, '\n', &line)) {
        size_t i = 0;
        while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t'))
            i++;
        if (i < line.len && line.ptr[i] == '[')
            return false;
        if (line.len - i < 8 || strncmp(line.ptr + i, "base_url", 8) != 0)
            continue;
        for (i += 8; i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t'); i++)
            ;
        if (i < line.len && line.ptr[i] == '=')
            return true;
    }
    return false;
}

bool zola_settings(const struct tree *tree, const struct tree_file *f) {
    const char *slash = strrchr(f->path, '/'), *name = slash == NULL ? f->path : slash + 1;
    if (strcmp(name, "zola.toml") == 0)
        return true;
    if (strcmp(name, "config.toml") != 0)
        return false;
    struct buf text;
    buf_init(&text, SETTINGS_MAX);
    bool found = tree_read(tree, f, &text, NULL) == 0 && says_base_url(buf_str(&text), text.len);
    buf_free(&text);
    return found;
}

/* Behind "T10:00:00Z" or "T10:00:00+02:00" at s, or s. */
static const char *behind_time(const char *s) {
    static const char form[] = "T00:00:00";
    const char *p = s;
    for (const char *f = form; *f != '\0'; f++, p++)
        if (*f == '0' ? !text_is_digit(*p) : *p != *f)
            return s;
    if (*p == '.')
        for (p++; text_is_digit(*p); p++)
            ;
    if (*p == 'Z')
        return p + 1;
    bool zone = (*p == '+' || *p == '-') && text_is_digit(p[1]) && text_is_digit(p[2]) &&
                p[3] == ':' && text_is_digit(p[4]) && text_is_digit(p[5]);
    return zone ? p + 6 : p;
}

const char *zola_name(const char *name) {
    static const char form[] = "0000-00-00";
    const char *p = name;
    for (const char *f = form; *f != '\0'; f++, p++)
        if (*f == '0' ? !text_is_digit(*p) : *p != *f)
            return name;
    p = behind_time(p);
    return (*p == '-' || *p == '_') && p[1] != '\0' ? p + 1 : name;
}

/* What no file may be named on every system goes, and spaces and dots at the end. */
static int put_safe(struct buf *out, const char *name) {
    size_t n = strlen(name);
    while (n > 0 && (name[n - 1] == ' ' || name[n - 1] == '.'))
        n--;
    for (size_t i = 0; i < n; i++)
        if (strchr("<>:\"/\\|?*", name[i]) == NULL)
            buf_putc(out, name[i]);
    return buf_ok(out) ? 0 : -1;
}

int zola_slug(struct buf *out, const char *name, const char *strategy) {
    if (strcmp(strategy, "off") == 0)
        return buf_puts(out, name);
    if (strcmp(strategy, "safe") == 0)
        return put_safe(out, name);
    return unicode_slug(out, name, strlen(name), false);
}

int zola_address(struct buf *out, const char *folder, const char *name, const char *strategy) {
    buf_putc(out, '/');
    if (*folder != '\0')
        buf_printf(out, "%s/", folder);
    size_t from = out->len;
    zola_slug(out, name, strategy);
    if (out->len > from)
        buf_putc(out, '/');
    return buf_ok(out) ? 0 : -1;
}
