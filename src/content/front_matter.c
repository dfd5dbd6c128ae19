/* Finding the front matter of a file and reading it into a mapping; fields.c gives it meaning.
 *
 * YAML begins with a line `---` and ends with the next line `---` or `...`, TOML stands between lines
 * `+++`. JSON begins with a brace
 * that opens an object (a brace followed by anything but a quote or a brace is Markdown, such as a
 * shortcode). Blank lines may stand before any of them.
 */
#include "content/front_matter.h"

#include "base/text.h"
#include "content/fields.h"
#include "content/toml.h"
#include "content/yaml.h"

#include <string.h>

/* Nobody writes this much by hand; what comes out of it is handed from process to process. */
enum { FRONT_MATTER_MAX = 256 * 1024 };

struct finder {
    const char *text;
    size_t n;
    size_t at;              /* offset of the line being looked at */
    int line;               /* its number */
    const json_t *defaults; /* may be NULL */
};

/* Takes the next line without its end; false at the end of the text. */
static bool next_line(struct finder *f, struct slice *line) {
    const char *from = f->text + f->at;
    const char *end;

    if (f->at >= f->n)
        return false;
    end = memchr(from, '\n', f->n - f->at);
    *line = slice_n(from, end != NULL ? (size_t)(end - from) : f->n - f->at);
    f->at += line->len + (end != NULL ? 1 : 0);
    f->line++;
    return true;
}

static bool is_fence(struct slice line, const char *mark) {
    while (line.len > 0 && text_is_space(line.ptr[line.len - 1]))
        line.len--;
    return slice_eq(line, mark);
}

static json_t *folded_default(json_t *given, const char *key) {
    char folded[128];
    size_t i = 0;
    for (; key[i] != '\0' && i + 1 < sizeof folded; i++)
        folded[i] = text_lower(key[i]);
    folded[i] = '\0';
    return json_object_get(given, folded);
}

/* Gives `given` (keys in lower case) what it does not say itself. */
static int add_defaults(json_t *given, const json_t *defaults) {
    const char *key, *inner;
    json_t *value, *member;
    struct buf name;
    int bad = 0;

    buf_init(&name, 4096);
    json_object_foreach((json_t *)(uintptr_t)defaults, key, value) {
        json_t *own = folded_default(given, key);
        if (json_is_object(own) && json_is_object(value)) {
            json_object_foreach(value, inner, member) {
                if (json_object_get(own, inner) == NULL)
                    bad |= json_object_set(own, inner, member);
            }
            continue;
        }
        if (own != NULL && !json_is_null(own))
            continue;
        buf_clear(&name);
        for (const char *p = key; *p != '\0'; p++)
            (void)buf_putc(&name, text_lower(*p));
        bad |= json_object_set(given, buf_str(&name), value);
    }
    buf_free(&name);
    return bad;
}

static int read_keys(struct front_matter *out, const struct finder *f, json_t *given,
                     json_t *places, int line, struct error *err) {
    if (f->defaults != NULL && add_defaults(given, f->defaults) != 0)
        return error_at(err, line, 1, "out of memory");
    return fields_read(&out->meta, given, places, line, err);
}

static int not_a_mapping(struct error *err, int line) {
    return error_at(err, line, 1, "front matter must be a mapping of keys to values");
}

static int too_large(struct error *err, int line) {
    return error_at(err, line, 1, "the front matter that begins here is larger than %d KB",
                    FRONT_MATTER_MAX / 1024);
}

/* What stands between the fences, as a mapping. */
static int parse_fenced(json_t **given, const char *text, size_t n, bool toml, int first_line,
                        json_t *places, struct error *err) {
    struct toml_options t = {.fold_keys = true,
                             .first_line = first_line,
                             .keep_text = fields_keep_text,
                             .places = places};
    struct yaml_options y = {.fold_keys = true,
                             .first_line = first_line,
                             .keep_text = fields_keep_text,
                             .places = places};
    if (toml)
        return toml_read(given, text, n, &t, err);
    if (yaml_read_with(given, text, n, &y, err) != 0)
        return -1;
    if (json_is_null(*given)) {
        json_decref(*given);
        *given = json_object();
    }
    if (json_is_object(*given))
        return 0;
    json_decref(*given);
    *given = NULL;
    return not_a_mapping(err, first_line);
}

static int read_fenced(struct front_matter *out, struct finder *f, bool toml, struct error *err) {
    const char *mark = toml ? "+++" : "---";
    const size_t from = f->at;
    const int opened = f->line - 1;
    json_t *places = json_object();
    json_t *given = NULL;
    struct slice line = {0};
    size_t to;
    int rc = 0;

    do {
        to = f->at;
        if (!next_line(f, &line))
            rc =
                error_at(err, opened, 1, "the front matter that begins here has no end (%s)", mark);
    } while (rc == 0 && !is_fence(line, mark) && (toml || !is_fence(line, "...")));
    if (rc == 0 && to - from > FRONT_MATTER_MAX)
        rc = too_large(err, opened);
    if (rc == 0)
        rc = parse_fenced(&given, f->text + from, to - from, toml, opened + 1, places, err);
    if (rc == 0)
        rc = read_keys(out, f, given, places, opened, err);
    json_decref(given);
    json_decref(places);
    return rc;
}

/* Length of the object that s begins with, up to its closing brace; 0 when it has no end. */
static size_t object_length(const char *s, size_t n) {
    size_t open = 0;
    bool quoted = false;

    for (size_t i = 0; i < n; i++) {
        if (quoted) {
            if (s[i] == '\\')
                i++;
            else if (s[i] == '"')
                quoted = false;
        } else if (s[i] == '"') {
            quoted = true;
        } else if (s[i] == '{' || s[i] == '[') {
            open++;
        } else if ((s[i] == '}' || s[i] == ']') && --open == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* The same mapping with its keys in lower case. NULL: two keys are then the same. */
static json_t *fold_keys(json_t *object, struct error *err, int line) {
    json_t *folded = json_object();
    struct buf key;
    const char *k;
    json_t *v;

    buf_init(&key, 1U << 20);
    json_object_foreach(object, k, v) {
        buf_clear(&key);
        for (const char *p = k; *p != '\0'; p++)
            (void)buf_putc(&key, text_lower(*p));
        if (json_object_get(folded, buf_str(&key)) != NULL ||
            json_object_set(folded, buf_str(&key), v) != 0) {
            (void)error_at(err, line, 1, "duplicate key \"%.100s\"", k);
            json_decref(folded);
            folded = NULL;
            break;
        }
    }
    buf_free(&key);
    return folded;
}

static int read_json(struct front_matter *out, struct finder *f, struct error *err) {
    const char *s = f->text + f->at;
    const int opened = f->line;
    size_t len = object_length(s, f->n - f->at);
    json_t *given = NULL;
    json_t *folded = NULL;
    struct error why = {0};
    struct slice line = {0};
    int rc = -1;

    if (len == 0)
        return error_at(err, opened, 1, "the front matter that begins here has no end (})");
    if (len > FRONT_MATTER_MAX)
        return too_large(err, opened);
    if (json_read(&given, s, len, &why) != 0)
        return error_at(err, opened + (why.line > 0 ? why.line - 1 : 0), why.column, "%s",
                        why.text);
    folded = fold_keys(given, err, opened);
    if (folded != NULL)
        rc = read_keys(out, f, folded, NULL, opened, err);
    json_decref(folded);
    json_decref(given);
    while (f->text + f->at < s + len && next_line(f, &line)) {
    }
    return rc;
}

/* The character behind the brace that s begins with, white space skipped; '\0' at the end. */
static char behind_brace(const char *s, size_t n) {
    size_t i = 1;

    while (i < n && text_is_space(s[i]))
        i++;
    return i < n ? s[i] : '\0';
}

int front_matter_read(struct front_matter *out, const char *text, size_t n, struct error *err) {
    return front_matter_read_over(out, text, n, NULL, err);
}

int front_matter_read_over(struct front_matter *out, const char *text, size_t n,
                           const json_t *defaults, struct error *err) {
    struct finder f = {.text = text, .n = n, .line = 1, .defaults = defaults};
    struct finder first;
    struct slice line = {0};
    json_t *none;
    int rc;

    *out = (struct front_matter){0};
    do
        first = f;
    while (next_line(&f, &line) && is_fence(line, ""));
    if (is_fence(line, "---") || is_fence(line, "+++")) {
        rc = read_fenced(out, &f, is_fence(line, "+++"), err);
    } else if (line.len > 0 && line.ptr[0] == '{' &&
               strchr("\"}", behind_brace(line.ptr, n - first.at)) != NULL &&
               behind_brace(line.ptr, n - first.at) != '\0') {
        f = first;
        rc = read_json(out, &f, err);
    } else {
        f = (struct finder){.text = text, .n = n, .line = 1, .defaults = defaults};
        none = json_object();
        rc = read_keys(out, &f, none, NULL, 1, err);
        json_decref(none);
    }
    out->body = f.at;
    out->body_line = f.line;
    return rc;
}
