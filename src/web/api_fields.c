#include "web/api_fields.h"

#include "base/date.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FAULTS_MAX = 100, TEXTS_MAX = 64, OBJECT_MAX = 64, BODY_MAX = 4 << 20 };

const struct api_field api_fields[] = {
    {"title", FIELD_TEXT, "title", 1000, "Title, plain text"},
    {"body", FIELD_TEXT, "body", BODY_MAX, "The text, in Markdown; its HTML passes an allow-list"},
    {"slug", FIELD_TEXT, "slug", 200,
     "Last part of the address; made from the title when not given"},
    {"section", FIELD_TEXT, "section", 200, "Section it belongs to; posts when not given"},
    {"permalink", FIELD_TEXT, "url", 500,
     "The whole path of the address, in place of the site's pattern"},
    {"summary", FIELD_TEXT, "summary", 5000,
     "Shown in lists; the beginning of the text when not given"},
    {"description", FIELD_TEXT, "description", 1000, "For search engines and cards"},
    {"tags", FIELD_TEXTS, "tags", 100, "Names of its tags"},
    {"categories", FIELD_TEXTS, "categories", 100, "Names of its categories"},
    {"series", FIELD_TEXTS, "series", 100, "Names of its series"},
    {"authors", FIELD_TEXTS, "authors", 100, "Names of its authors"},
    {"published", FIELD_TIME, "date", 0, "Its date; the moment of writing when not given"},
    {"updated", FIELD_TIME, "lastmod", 0, "When it was last changed, as readers are told"},
    {"publish_at", FIELD_TIME, "publishDate", 0, "Not shown to readers before"},
    {"expires_at", FIELD_TIME, "expiryDate", 0, "Not shown to readers from then on"},
    {"draft", FIELD_BOOL, "draft", 0, "Not shown to readers"},
    {"weight", FIELD_INT, "weight", 0, "Place in lists before those by date; 0: none"},
    {"aliases", FIELD_TEXTS, "aliases", 500, "Other paths that redirect to it"},
    {"cover", FIELD_OBJECT, "cover", 0, "Its picture: image, alt, caption"},
    {"toc", FIELD_BOOL, "toc", 0, "Whether it shows a list of its contents"},
    {"math", FIELD_BOOL, "math", 0, "Whether it holds formulas"},
    {"params", FIELD_OBJECT, "params", 0, "Anything else, for templates and frontends"},
};
const size_t api_field_count = sizeof api_fields / sizeof api_fields[0];

/* "/tags/3": what is inside a pointer is escaped (RFC 6901 section 3). */
static int fault(json_t *faults, const char *name, long index, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
static int fault(json_t *faults, const char *name, long index, const char *fmt, ...) {
    char detail[300];
    struct buf pointer;
    va_list args;
    if (json_array_size(faults) >= FAULTS_MAX)
        return 0;
    va_start(args, fmt);
    vsnprintf(detail, sizeof detail, fmt, args);
    va_end(args);
    buf_init(&pointer, 1024);
    if (name != NULL)
        buf_putc(&pointer, '/');
    for (const char *p = name; p != NULL && *p != '\0' && pointer.len < 200; p++) {
        if (*p == '~' || *p == '/')
            buf_puts(&pointer, *p == '~' ? "~0" : "~1");
        else
            buf_putc(&pointer, *p);
    }
    if (index >= 0)
        buf_printf(&pointer, "/%ld", index);
    json_t *o = json_object();
    int bad = json_put_string(o, "pointer", buf_str(&pointer));
    if (bad != 0) /* cut within a character */
        bad = json_put_string(o, "pointer", "");
    bad |= json_put_string(o, "detail", detail);
    buf_free(&pointer);
    return json_array_append_new(faults, o) | bad;
}

static bool is_time(const char *text) {
    struct date d;
    return strchr(text, 'T') != NULL && date_parse(&d, text, NULL) == 0 && d.has_time &&
           d.has_offset;
}

static int check_text(const struct api_field *f, const json_t *v, long index, json_t *faults) {
    if (!json_is_string(v))
        return fault(faults, f->name, index, "must be a text");
    if (json_string_length(v) > f->max)
        return fault(faults, f->name, index, "is longer than %zu bytes", f->max);
    if (strlen(json_string_value(v)) != json_string_length(v))
        return fault(faults, f->name, index, "holds a NUL");
    return 0;
}

static int check_texts(const struct api_field *f, const json_t *v, json_t *faults) {
    size_t i;
    json_t *text;
    int bad = 0;
    if (!json_is_array(v))
        return fault(faults, f->name, -1, "must be a list of texts");
    if (json_array_size(v) > TEXTS_MAX)
        return fault(faults, f->name, -1, "has more than %d entries", TEXTS_MAX);
    json_array_foreach(v, i, text) bad |= check_text(f, text, (long)i, faults);
    return bad;
}

static int check(const struct api_field *f, const json_t *v, json_t *faults) {
    switch (f->type) {
    case FIELD_TEXT:
        return check_text(f, v, -1, faults);
    case FIELD_TIME:
        return json_is_string(v) && is_time(json_string_value(v))
                   ? 0
                   : fault(faults, f->name, -1, "must be a time as in 2026-01-02T03:04:05Z");
    case FIELD_BOOL:
        return json_is_boolean(v) ? 0 : fault(faults, f->name, -1, "must be true or false");
    case FIELD_INT:
        return json_is_integer(v) && json_integer_value(v) >= INT32_MIN &&
                       json_integer_value(v) <= INT32_MAX
                   ? 0
                   : fault(faults, f->name, -1, "must be a whole number");
    case FIELD_TEXTS:
        return check_texts(f, v, faults);
    case FIELD_OBJECT:
        return json_is_object(v) && json_object_size(v) <= OBJECT_MAX
                   ? 0
                   : fault(faults, f->name, -1, "must be an object of at most %d members",
                           OBJECT_MAX);
    }
    return -1;
}

static const struct api_field *find(const char *name) {
    for (size_t i = 0; i < api_field_count; i++)
        if (strcmp(api_fields[i].name, name) == 0)
            return &api_fields[i];
    return NULL;
}

static int unknown(const char *name, json_t *faults) {
    const char *near = NULL;
    int best = 4;
    for (size_t i = 0; i < api_field_count && strlen(name) <= 64; i++) {
        int d = text_distance(api_fields[i].name, name);
        if (d < best) {
            best = d;
            near = api_fields[i].name;
        }
    }
    return near == NULL
               ? fault(faults, name, -1, "is no field of a post")
               : fault(faults, name, -1, "is no field of a post, did you mean \"%s\"?", near);
}

/* What shows nothing is no title. */
static bool is_blank(const char *text) {
    return text[strspn(text, " \t\r\n")] == '\0';
}

int api_fields_read(json_t **out, const json_t *body, bool whole, json_t *faults) {
    const char *name;
    json_t *v;
    int bad = 0;
    *out = json_object();
    if (*out == NULL)
        return -1;
    if (!json_is_object(body))
        return fault(faults, NULL, -1, "must be an object");
    json_object_foreach((json_t *)(uintptr_t)body, name, v) {
        const struct api_field *f = find(name);
        if (f == NULL)
            bad |= unknown(name, faults);
        else if (!json_is_null(v))
            bad |= check(f, v, faults);
        if (f != NULL)
            bad |= json_object_set(*out, f->front, v);
    }
    const json_t *title = json_object_get(body, "title");
    bool none = title == NULL ? whole
                              : json_is_null(title) ||
                                    (json_is_string(title) && is_blank(json_string_value(title)));
    if (none)
        bad |= fault(faults, "title", -1, "a post must have one");
    return bad;
}
