/* The query of a request, by a table of what it may hold: every fault is found before any is told. */
#include "base/date.h"
#include "base/unicode.h"
#include "web/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PARAM_MAX = 4096, PARAMS_MAX = 64, FAULTS_MAX = 50, NAME_MAX_SHOWN = 64 };

/* Somebody's bytes, as far as they can be shown. */
static int put_shown(json_t *o, const char *key, const char *text, size_t len) {
    size_t wrong;
    if (len > NAME_MAX_SHOWN)
        len = NAME_MAX_SHOWN;
    if (!unicode_valid(text, len, &wrong)) /* raw bytes, or a character that was cut */
        len = wrong;
    return json_put_stringn(o, key, text, len);
}

static int add_fault(json_t *faults, struct slice name, const char *fmt, va_list args) {
    char detail[400];
    if (json_array_size(faults) >= FAULTS_MAX)
        return 0;
    vsnprintf(detail, sizeof detail, fmt, args);
    json_t *o = json_object();
    int bad = put_shown(o, "parameter", name.ptr, name.len);
    bad |= json_put_string(o, "detail", detail);
    if (bad != 0) {
        json_decref(o);
        return -1;
    }
    return json_array_append_new(faults, o);
}

int api_fault(json_t *faults, const char *parameter, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int rc = add_fault(faults, slice_of(parameter), fmt, args);
    va_end(args);
    return rc;
}

static int name_fault(json_t *faults, struct slice name, const char *fmt, ...) PRINTF_LIKE(3, 4);
static int name_fault(json_t *faults, struct slice name, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int rc = add_fault(faults, name, fmt, args);
    va_end(args);
    return rc;
}

static int unknown_param(const struct api_param *params, struct slice name, json_t *faults) {
    char given[65];
    const char *near = NULL;
    int best = 4;
    snprintf(given, sizeof given, "%.*s", (int)(name.len > 64 ? 64 : name.len), name.ptr);
    for (const struct api_param *p = params; p->name != NULL; p++) {
        int d = text_distance(p->name, given);
        if (d < best) {
            best = d;
            near = p->name;
        }
    }
    if (near != NULL)
        return name_fault(faults, name, "unknown parameter, did you mean \"%s\"?", near);
    return name_fault(faults, name, "unknown parameter");
}

/* The number of the word in "a b c"; -1 when it is none of them. *near gets the nearest one. */
static int choice_of(const char *choices, struct slice word, struct slice *near) {
    struct slice rest = slice_of(choices), choice;
    int best = 99;
    char given[65], known[65];
    snprintf(given, sizeof given, "%.*s", (int)(word.len > 64 ? 64 : word.len), word.ptr);
    for (int i = 0; slice_next(&rest, ' ', &choice); i++) {
        snprintf(known, sizeof known, "%.*s", (int)choice.len, choice.ptr);
        int d = word.len > 64 ? 99 : text_distance(known, given);
        if (d == 0)
            return i;
        if (d < best || i == 0) {
            best = d;
            *near = choice;
        }
    }
    return -1;
}

int api_names(const char *parameter, const char *given, const char *choices, uint64_t *bits,
              json_t *faults) {
    struct slice rest = slice_of(given), word, near = {0};
    *bits = 0;
    while (slice_next(&rest, ',', &word)) {
        int i = choice_of(choices, word, &near);
        if (i >= 0)
            *bits |= (uint64_t)1 << i;
        else if (api_fault(faults, parameter,
                           "holds what is not known, did you mean \"%.*s\"? (%s)", (int)near.len,
                           near.ptr, choices) != 0)
            return -1;
    }
    return 0;
}

/* RFC 3339, or a day, which begins in UTC. */
static bool read_time(int64_t *out, const char *text) {
    struct date d;
    if (!text_is_digit(*text) || strlen(text) < 10 || text[4] != '-' || text[7] != '-' ||
        date_parse(&d, text, NULL) != 0 || (d.has_time && !d.has_offset) ||
        (d.has_time && text[10] != 'T'))
        return false;
    *out = date_seconds(&d);
    return true;
}

static int check_value(struct api_param *p, json_t *faults) {
    const char *text = buf_str(&p->text);
    struct slice near;
    uint64_t bits;
    switch (p->type) {
    case API_NUMBER:
        if (text_int(&p->number, text, p->min, p->max) != 0)
            return api_fault(faults, p->name, "must be a whole number from %lld to %lld",
                             (long long)p->min, (long long)p->max);
        return 0;
    case API_TIME:
        if (!read_time(&p->number, text))
            return api_fault(faults, p->name,
                             "must be a time as 2026-11-23T10:00:00Z (%%2B for +), or a day");
        return 0;
    case API_CHOICE: {
        int i = choice_of(p->choices, slice_of(text), &near);
        if (i < 0)
            return api_fault(faults, p->name, "must be one of: %s", p->choices);
        p->number = i;
        return 0;
    }
    case API_NAMES:
        if (api_names(p->name, text, p->choices, &bits, faults) != 0)
            return -1;
        p->number = (int64_t)bits;
        return 0;
    case API_TEXT:
    case API_LIST:
        break;
    }
    return 0;
}

static int take_param(struct api_param *p, struct slice value, json_t *faults) {
    if (p->given)
        return api_fault(faults, p->name, "is given twice");
    size_t max = p->type != API_NUMBER && p->max > 0 ? (size_t)p->max : PARAM_MAX;
    p->given = true;
    buf_init(&p->text, max);
    if (text_url_decode(&p->text, value.ptr, value.len, true) != 0 || !buf_ok(&p->text)) {
        buf_clear(&p->text);
        return api_fault(faults, p->name, "is malformed or longer than %zu bytes", max);
    }
    return check_value(p, faults);
}

static int read_query(const struct visit *v, struct api_param *params, json_t *faults) {
    struct slice rest = slice_of(http_request_query(v->q)), pair;
    int bad = 0, n = 0;
    for (; n < PARAMS_MAX && bad == 0 && slice_next(&rest, '&', &pair); n++) {
        const char *eq = memchr(pair.ptr, '=', pair.len);
        struct slice name = slice_n(pair.ptr, eq == NULL ? pair.len : (size_t)(eq - pair.ptr));
        struct slice value = eq == NULL ? slice_of("") : slice_n(eq + 1, pair.len - name.len - 1);
        struct api_param *p = params;
        while (p->name != NULL && !slice_eq(name, p->name))
            p++;
        if (pair.len > 0)
            bad = p->name == NULL ? unknown_param(params, name, faults)
                                  : take_param(p, value, faults);
    }
    if (bad == 0 && n == PARAMS_MAX && rest.ptr != NULL)
        bad = api_fault(faults, "", "more than %d parameters", PARAMS_MAX);
    return bad;
}

int api_params_read(const struct visit *v, struct api_param *params, json_t *faults,
                    struct error *err) {
    return faults != NULL && read_query(v, params, faults) == 0 ? 0
                                                                : error_set(err, "out of memory");
}

int api_faulty(struct visit *v, json_t *faults) {
    char detail[500];
    if (json_array_size(faults) == 0) {
        json_decref(faults);
        return 0;
    }
    const json_t *first = json_array_get(faults, 0);
    snprintf(detail, sizeof detail, "%.64s: %s", json_get_string(first, "parameter", ""),
             json_get_string(first, "detail", ""));
    api_problem(v, 400, detail, faults);
    return VISIT_DONE;
}

int api_params(struct visit *v, struct api_param *params, struct error *err) {
    json_t *faults = json_array();
    if (api_params_read(v, params, faults, err) == 0)
        return api_faulty(v, faults);
    json_decref(faults);
    return -1;
}

void api_params_free(struct api_param *params) {
    for (; params->name != NULL; params++)
        buf_free(&params->text);
}

struct api_param *api_param_of(struct api_param *params, const char *name) {
    while (params->name != NULL && strcmp(params->name, name) != 0)
        params++;
    return params;
}
