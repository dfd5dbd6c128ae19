/* The keys of front matter as typed values.
 *
 * The keys come from one table: spelling, type, and the member of meta they fill. Several spellings
 * may fill one member; the row that comes first wins (lists are joined). Keys are matched without
 * regard to case. What no row names goes to "params" as it was written, so that templates can use
 * it. A value of the wrong type is an error with its place: a draft that says `draft: maybe` must
 * not be published by a guess.
 */
#include "content/fields.h"

#include "base/date.h"
#include "base/text.h"
#include "base/unicode.h"
#include "content/fields_scalar.h"

#include <string.h>

enum { TEXT_MAX = 64 * 1024 }; /* bytes of one text value */

enum type { TEXT, DATE, BOOL, INT, LIST, TERMS, COVER, PUBLISHED, TAXONOMIES, PARAMS, TYPES };

struct field {
    const char *key; /* lower case */
    enum type type;
    const char *member; /* of meta, or "params.NAME": of its params, there only when given */
};

static const struct field fields[] = {
    {"title", TEXT, "title"},
    {"date", DATE, "date"},
    {"publishdate", DATE, "publish_date"},
    {"publish_date", DATE, "publish_date"},
    {"pubdate", DATE, "publish_date"},
    {"published", PUBLISHED, "publish_date"},
    {"expirydate", DATE, "expiry_date"},
    {"expiry_date", DATE, "expiry_date"},
    {"unpublishdate", DATE, "expiry_date"},
    {"lastmod", DATE, "lastmod"},
    {"modified", DATE, "lastmod"},
    {"updated", DATE, "lastmod"},
    {"last_modified_at", DATE, "lastmod"},
    {"draft", BOOL, "draft"},
    {"weight", INT, "weight"},
    {"slug", TEXT, "slug"},
    {"url", TEXT, "url"},
    {"path", TEXT, "path"},
    {"permalink", TEXT, "permalink"},
    {"layout", TEXT, "layout"},
    {"aliases", LIST, "aliases"},
    {"alias", LIST, "aliases"},
    {"redirect_from", LIST, "aliases"},
    {"tags", TERMS, "tags"},
    {"tag", TERMS, "tags"},
    {"categories", TERMS, "categories"},
    {"category", TERMS, "categories"},
    {"series", TERMS, "series"},
    {"authors", TERMS, "authors"},
    {"author", TERMS, "authors"},
    {"taxonomies", TAXONOMIES, "params"},
    {"params", PARAMS, "params"},
    {"summary", TEXT, "summary"},
    {"excerpt", TEXT, "summary"},
    {"description", TEXT, "description"},
    {"cover", COVER, "cover"},
    {"toc", BOOL, "toc"},
    {"showtoc", BOOL, "toc"},
    {"math", BOOL, "math"},
    {"linktitle", TEXT, "params.linktitle"},
    {"canonicalurl", TEXT, "params.canonicalurl"},
    {"robotsnoindex", BOOL, "params.robotsnoindex"},
    {"hidemeta", BOOL, "params.hidemeta"},
    {"keywords", LIST, "params.keywords"},
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

struct reader {
    json_t *meta;
    json_t *places; /* YAML: key -> [line, column] of the value */
    int line;       /* where a key without a known place is said to be */
    struct error *err;
    const struct field *field; /* being read */
};

/* --- places and errors --- */

static int wrong(struct reader *r, const char *what) {
    json_int_t line = r->line;
    json_int_t column = 1;
    json_t *place = json_object_get(r->places, r->field->key);

    if (place != NULL) {
        line = json_integer_value(json_array_get(place, 0));
        column = json_integer_value(json_array_get(place, 1));
    }
    return error_at(r->err, (int)line, (int)column, "%s: %s", r->field->key, what);
}

/* --- one scalar as text --- */

/* *out: a JSON string, or NULL when v is null or empty text. */
static int read_string(struct reader *r, json_t **out, json_t *v) {
    struct buf b;
    int rc = 0;

    *out = NULL;
    if (json_is_null(v))
        return 0;
    buf_init(&b, TEXT_MAX);
    if (!fields_scalar(&b, v))
        rc = wrong(r, "must be text");
    else if (!buf_ok(&b))
        rc = wrong(r, "longer than 64 KB");
    else if (b.len > 0)
        *out = json_stringn(b.data, b.len);
    buf_free(&b);
    return rc;
}

static bool is_param(const struct field *f) {
    return text_starts(f->member, "params.");
}

/* The object that holds the field's member, and the member's name in it. */
static json_t *home_of(struct reader *r, const char **name) {
    bool param = is_param(r->field);

    *name = r->field->member + (param ? strlen("params.") : 0);
    return param ? json_object_get(r->meta, "params") : r->meta;
}

/* Fills the field's member unless an earlier row did; steals v (NULL: nothing to fill). */
static int fill(struct reader *r, json_t *v) {
    const char *name;
    json_t *home = home_of(r, &name);
    json_t *old = json_object_get(home, name);

    if (v == NULL)
        return 0;
    if (old != NULL && !json_is_null(old)) {
        json_decref(v);
        return 0;
    }
    return json_put(home, name, v);
}

/* The list that the field adds to. */
static json_t *list_of(struct reader *r) {
    const char *name;
    json_t *home = home_of(r, &name);

    if (json_object_get(home, name) == NULL && json_put(home, name, json_array()) != 0)
        return NULL;
    return json_object_get(home, name);
}

/* --- the types --- */

static int read_text(struct reader *r, json_t *v) {
    json_t *s;

    if (read_string(r, &s, v) != 0)
        return -1;
    return fill(r, s);
}

static json_t *date_json(const struct date *d) {
    return json_pack("{si si si si si si sb sb si}", "year", d->year, "month", d->month, "day",
                     d->day, "hour", d->hour, "minute", d->minute, "second", d->second, "has_time",
                     d->has_time, "has_offset", d->has_offset, "offset", d->offset);
}

static int read_date(struct reader *r, json_t *v) {
    struct error why;
    struct date d;
    json_t *s;
    int rc;

    if (json_is_boolean(v))
        return wrong(r, "must be a date");
    if (read_string(r, &s, v) != 0)
        return -1;
    if (s == NULL)
        return 0;
    rc = date_parse(&d, json_string_value(s), &why);
    json_decref(s);
    return rc == 0 ? fill(r, date_json(&d)) : wrong(r, why.text);
}

static int read_bool(struct reader *r, json_t *v) {
    int is = fields_truth(v);

    if (json_is_null(v))
        return 0;
    if (is < 0 && (strcmp(r->field->member, "toc") == 0 || strcmp(r->field->member, "math") == 0))
        /* what a theme makes of it is its own: `math: katex` */
        return json_object_set(json_object_get(r->meta, "params"), r->field->key, v);
    return is >= 0 ? fill(r, json_boolean(is)) : wrong(r, "must be true or false");
}

/* `published: false` means a draft, `published: <date>` a date of publication. */
static int read_published(struct reader *r, json_t *v) {
    int is = fields_truth(v);

    if (is == 0)
        return json_put_bool(r->meta, "draft", true);
    return is == 1 ? 0 : read_date(r, v);
}

static int read_int(struct reader *r, json_t *v) {
    int64_t n = 0;

    if (json_is_null(v))
        return 0;
    if (json_is_integer(v))
        n = json_integer_value(v);
    else if (!json_is_string(v) || text_int(&n, json_string_value(v), -1000000000, 1000000000) != 0)
        return wrong(r, "must be a whole number");
    if (n < -1000000000 || n > 1000000000)
        return wrong(r, "must be a whole number between -1000000000 and 1000000000");
    return fill(r, json_integer(n));
}

/* The form in which two entries of a list are the same. */
static int fold(struct buf *out, const char *s, size_t n, enum type type) {
    buf_clear(out);
    if (type == TERMS && unicode_urlize(out, s, n, false) == 0 && out->len > 0)
        return 0;
    buf_clear(out);
    return buf_append(out, s, n);
}

struct entries {
    json_t *list; /* borrowed: the member of meta */
    json_t *seen; /* folded forms */
    struct buf key;
};

static int add_entry(struct reader *r, struct entries *e, json_t *v) {
    json_t *name = json_is_object(v) ? json_object_get(v, "name") : v;
    json_t *s;
    const char *key;

    if (name == NULL)
        return wrong(r, "must be text or a list of texts");
    if (read_string(r, &s, name) != 0)
        return wrong(r, "must be text or a list of texts");
    if (s == NULL)
        return 0;
    if (fold(&e->key, json_string_value(s), json_string_length(s), r->field->type) != 0) {
        json_decref(s);
        return wrong(r, "out of memory");
    }
    key = buf_str(&e->key);
    if (json_object_get(e->seen, key) != NULL) {
        json_decref(s);
        return 0;
    }
    if (json_put(e->seen, key, json_null()) != 0) {
        json_decref(s);
        return -1;
    }
    return json_array_append_new(e->list, s);
}

/* Jekyll takes several terms from one text by some keys: which were given so is told as it was written. */
static int note_text(struct reader *r, json_t *v) {
    static const char *const plural[] = {"tags", "categories"};
    json_t *home = json_object_get(r->meta, "as_text");

    for (size_t i = 0; i < sizeof plural / sizeof plural[0]; i++) {
        if (json_is_string(v) && strcmp(r->field->key, plural[i]) == 0)
            return json_object_set(home, plural[i], v);
    }
    return 0;
}

static int read_list(struct reader *r, json_t *v) {
    struct entries e = {.list = list_of(r), .seen = json_object()};
    int rc = 0;
    size_t i;
    json_t *item;

    buf_init(&e.key, TEXT_MAX);
    json_array_foreach(e.list, i, item) {
        if (fold(&e.key, json_string_value(item), json_string_length(item), r->field->type) == 0)
            rc |= json_put(e.seen, buf_str(&e.key), json_null());
    }
    if (json_is_array(v)) {
        json_array_foreach(v, i, item) {
            if (rc == 0)
                rc = add_entry(r, &e, item);
        }
    } else if (rc == 0 && !json_is_null(v)) {
        rc = note_text(r, v) != 0 ? -1 : add_entry(r, &e, v);
    }
    buf_free(&e.key);
    json_decref(e.seen);
    return rc;
}

/* A member of the cover's map, whatever the case of its key. */
static json_t *member_nocase(json_t *map, const char *key) {
    const char *k;
    json_t *v;

    json_object_foreach(map, k, v) {
        if (text_eq_nocase(k, key))
            return v;
    }
    return NULL;
}

static int cover_text(struct reader *r, json_t *cover, json_t *from, const char *key) {
    json_t *s = NULL;
    json_t *v = member_nocase(from, key);

    if (v != NULL && read_string(r, &s, v) != 0)
        return wrong(r, "image, alt and caption must be text");
    return json_put(cover, key, s != NULL ? s : json_string(""));
}

static int cover_flag(struct reader *r, json_t *cover, json_t *from, const char *key) {
    json_t *v = member_nocase(from, key);
    int is = v == NULL || json_is_null(v) ? 0 : fields_truth(v);

    if (is < 0)
        return wrong(r, "hidden and relative must be true or false");
    return json_put_bool(cover, key, is == 1);
}

static int read_cover_map(struct reader *r, json_t *from) {
    json_t *cover = json_object();

    if (cover_text(r, cover, from, "image") != 0 || cover_text(r, cover, from, "alt") != 0 ||
        cover_text(r, cover, from, "caption") != 0 || cover_flag(r, cover, from, "hidden") != 0 ||
        cover_flag(r, cover, from, "relative") != 0) {
        json_decref(cover);
        return -1;
    }
    if (json_get_string(cover, "image", "")[0] == '\0') {
        json_decref(cover);
        return 0;
    }
    return fill(r, cover);
}

static int read_cover(struct reader *r, json_t *v) {
    json_t *map;
    int rc;

    if (json_is_null(v))
        return 0;
    if (!json_is_string(v) && !json_is_object(v))
        return wrong(r, "must be the address of a picture or a map with image, alt, caption");
    map = json_is_object(v) ? json_copy(v) : json_pack("{sO}", "image", v);
    rc = read_cover_map(r, map);
    json_decref(map);
    return rc;
}

static const struct field *find_field(const char *key) {
    for (size_t i = 0; i < FIELDS; i++) {
        if (strcmp(fields[i].key, key) == 0)
            return &fields[i];
    }
    return NULL;
}

/* Puts the members of a map among the params; what stands there already stays. */
static int put_params(struct reader *r, const char *key, json_t *v) {
    json_t *params = json_object_get(r->meta, "params");

    if (json_object_get(params, key) != NULL)
        return 0;
    return json_object_set(params, key, v) == 0 ? 0 : wrong(r, "out of memory");
}

/* Zola's [taxonomies]: lists of terms by the taxonomy's name. */
static int read_taxonomies(struct reader *r, json_t *v) {
    const struct field *own = r->field;
    const char *key;
    json_t *terms;
    int rc = 0;

    if (!json_is_object(v))
        return json_is_null(v) ? 0 : wrong(r, "must be a map from taxonomy to terms");
    json_object_foreach(v, key, terms) {
        const struct field *f = find_field(key);
        if (f != NULL && f->type == TERMS) {
            r->field = f;
            rc = read_list(r, terms);
            r->field = own;
        } else {
            rc = put_params(r, key, terms);
        }
        if (rc != 0)
            return -1;
    }
    return 0;
}

/* Hugo's own map for what is the theme's. */
static int read_params(struct reader *r, json_t *v) {
    const char *key;
    json_t *member;

    if (!json_is_object(v))
        return put_params(r, "params", v);
    json_object_foreach(v, key, member) {
        if (put_params(r, key, member) != 0)
            return -1;
    }
    return 0;
}

static int (*const readers[TYPES])(struct reader *, json_t *) = {
    [TEXT] = read_text,     [DATE] = read_date,           [BOOL] = read_bool,
    [INT] = read_int,       [LIST] = read_list,           [TERMS] = read_list,
    [COVER] = read_cover,   [PUBLISHED] = read_published, [TAXONOMIES] = read_taxonomies,
    [PARAMS] = read_params,
};

/* --- the whole --- */

bool fields_keep_text(const char *key) {
    const struct field *f = find_field(key);
    return f != NULL && f->type != BOOL && f->type != INT && f->type != COVER &&
           f->type != PUBLISHED && f->type != PARAMS;
}

/* meta with nothing in it: lists empty, everything else null; the order is the order of the keys. */
static json_t *empty_meta(void) {
    json_t *meta = json_object();

    for (size_t i = 0; i < FIELDS; i++) {
        bool list = fields[i].type == LIST || fields[i].type == TERMS;
        if (!is_param(&fields[i]) && json_object_get(meta, fields[i].member) == NULL)
            (void)json_put(meta, fields[i].member, list ? json_array() : json_null());
    }
    (void)json_put(meta, "params", json_object()); /* in place of the null of its rows */
    (void)json_put(meta, "as_text", json_object());
    (void)json_put(meta, "warnings", json_array());
    return meta;
}

/* What was not given gets its default. */
static int set_defaults(json_t *meta) {
    int rc = 0;

    if (json_is_null(json_object_get(meta, "draft")))
        rc |= json_put_bool(meta, "draft", false);
    if (json_is_null(json_object_get(meta, "weight")))
        rc |= json_put_int(meta, "weight", 0);
    if (json_is_null(json_object_get(meta, "math")))
        rc |= json_put_bool(meta, "math", false);
    return rc;
}

static int fill_meta(struct reader *r, json_t *given) {
    json_t *params = json_object_get(r->meta, "params");
    const char *key;
    json_t *v;

    for (size_t i = 0; i < FIELDS; i++) {
        r->field = &fields[i];
        v = json_object_get(given, fields[i].key);
        if (v != NULL && readers[fields[i].type](r, v) != 0)
            return -1;
    }
    json_object_foreach(given, key, v) {
        if (find_field(key) == NULL && json_object_set(params, key, v) != 0)
            return error_set(r->err, "out of memory");
    }
    return set_defaults(r->meta);
}

int fields_read(json_t **meta, json_t *given, json_t *places, int line, struct error *err) {
    struct reader r = {.meta = empty_meta(), .places = places, .line = line, .err = err};

    *meta = NULL;
    if (fill_meta(&r, given) != 0) {
        json_decref(r.meta);
        return -1;
    }
    *meta = r.meta;
    return 0;
}
