#include "ingest/permalink.h"

#include "base/unicode.h"

#include <stdio.h>
#include <string.h>

static const char *const months[] = {"january",   "february", "march",    "april",
                                     "may",       "june",     "july",     "august",
                                     "september", "october",  "november", "december"};
static const char *const weekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                       "thursday", "friday", "saturday"};

static int put_name(struct buf *out, const char *name, const struct permalink_parts *p) {
    return unicode_urlize(out, name, strlen(name), p->keep_case);
}

/* A title has no slashes of its own to keep: "TCP/IP" is one part of the path. */
static int put_title(struct buf *out, const struct permalink_parts *p) {
    size_t from = out->len;
    if (p->jekyll)
        return unicode_pretty(out, p->title, strlen(p->title));
    if (put_name(out, p->title, p) != 0)
        return -1;
    for (size_t i = from; i < out->len; i++)
        if (out->data[i] == '/')
            out->data[i] = '-';
    return out->len == from ? put_name(out, p->basename, p) : 0;
}

static int put_slug_or(struct buf *out, const struct permalink_parts *p, bool title) {
    if (p->slug != NULL)
        return put_name(out, p->slug, p);
    return title ? put_title(out, p) : put_name(out, p->basename, p);
}

static int put_section(struct buf *out, const struct permalink_parts *p) {
    return unicode_urlize(out, p->folder, strcspn(p->folder, "/"), p->keep_case);
}

static int put_short(struct buf *out, const char *name) {
    return buf_printf(out, "%c%.2s", name[0] - 'a' + 'A', name + 1);
}

static int put_long(struct buf *out, const char *name) {
    return buf_printf(out, "%c%s", name[0] - 'a' + 'A', name + 1);
}

/* ISO 8601's week: that of the Thursday beside the day. Its year goes to *year. */
static int iso_week(const struct date *d, int *year) {
    int weekday = (date_weekday(d) + 6) % 7;
    struct date noon = {.year = d->year, .month = d->month, .day = d->day, .hour = 12};
    struct date thursday = date_at(date_seconds(&noon) + (3 - weekday) * 86400, 0);
    *year = thursday.year;
    return (date_yearday(&thursday) - 1) / 7 + 1;
}

enum date_token {
    YEAR,
    MONTH,
    MONTH_NAME,
    DAY,
    WEEKDAY,
    WEEKDAY_NAME,
    YEAR_DAY,
    SHORT_YEAR,
    I_MONTH,
    I_DAY,
    Y_DAY,
    SHORT_MONTH,
    LONG_MONTH,
    SHORT_DAY,
    LONG_DAY,
    W_DAY,
    WEEK,
    W_YEAR,
    HOUR,
    MINUTE,
    SECOND,
    NO_DATE_TOKEN
};
static const char *const date_tokens[] = {
    "year",       "month",   "monthname", "day",    "weekday",     "weekdayname", "yearday",
    "short_year", "i_month", "i_day",     "y_day",  "short_month", "long_month",  "short_day",
    "long_day",   "w_day",   "week",      "w_year", "hour",        "minute",      "second"};

static enum date_token date_token_of(struct slice t) {
    size_t i = 0;
    while (i < NO_DATE_TOKEN && !slice_eq(t, date_tokens[i]))
        i++;
    return (enum date_token)i;
}

static int put_date_token(struct buf *out, enum date_token token, const struct date *d) {
    int day = date_weekday(d), week_year, week = iso_week(d, &week_year);
    const char *month = months[d->month - 1], *weekday = weekdays[day];
    switch (token) {
    case YEAR:
        return buf_printf(out, "%04d", d->year);
    case MONTH:
        return buf_printf(out, "%02d", d->month);
    case MONTH_NAME:
        return buf_puts(out, month);
    case DAY:
        return buf_printf(out, "%02d", d->day);
    case WEEKDAY:
        return buf_printf(out, "%d", day);
    case WEEKDAY_NAME:
        return buf_puts(out, weekday);
    case YEAR_DAY:
        return buf_printf(out, "%d", date_yearday(d));
    case SHORT_YEAR:
        return buf_printf(out, "%02d", d->year % 100);
    case I_MONTH:
        return buf_printf(out, "%d", d->month);
    case I_DAY:
        return buf_printf(out, "%d", d->day);
    case Y_DAY:
        return buf_printf(out, "%03d", date_yearday(d));
    case SHORT_MONTH:
        return put_short(out, month);
    case LONG_MONTH:
        return put_long(out, month);
    case SHORT_DAY:
        return put_short(out, weekday);
    case LONG_DAY:
        return put_long(out, weekday);
    case W_DAY:
        return buf_printf(out, "%d", day == 0 ? 7 : day);
    case WEEK:
        return buf_printf(out, "%02d", week);
    case W_YEAR:
        return buf_printf(out, "%04d", week_year);
    case HOUR:
        return buf_printf(out, "%02d", d->hour);
    case MINUTE:
        return buf_printf(out, "%02d", d->minute);
    case SECOND:
        return buf_printf(out, "%02d", d->second);
    case NO_DATE_TOKEN:
        break;
    }
    return -1;
}

/* Each category as a slug. */
static int put_categories(struct buf *out, const struct permalink_parts *p) {
    struct slice rest = slice_of(p->categories == NULL ? "" : p->categories), part;
    for (size_t i = 0; slice_next(&rest, '/', &part); i++) {
        if (i > 0)
            buf_putc(out, '/');
        unicode_slug(out, part.ptr, part.len, true);
    }
    return buf_ok(out) ? 0 : -1;
}

/* Hugo also takes the parts of Go's reference time, and sections by their slugs, which are their names here. */
static struct slice known_token(struct slice t) {
    static const char *const names[][2] = {{"2006", "year"},
                                           {"06", "short_year"},
                                           {"01", "month"},
                                           {"1", "i_month"},
                                           {"02", "day"},
                                           {"2", "i_day"},
                                           {"January", "long_month"},
                                           {"Jan", "short_month"},
                                           {"Monday", "long_day"},
                                           {"Mon", "short_day"},
                                           {"15", "hour"},
                                           {"04", "minute"},
                                           {"05", "second"},
                                           {"sectionslug", "section"},
                                           {"sectionslugs", "sections"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (slice_eq(t, names[i][0]))
            return slice_of(names[i][1]);
    return t;
}

static int put_token(struct buf *out, struct slice t, const struct permalink_parts *p,
                     struct error *err) {
    if (!p->jekyll)
        t = known_token(t);
    enum date_token token = date_token_of(t);
    if (token != NO_DATE_TOKEN) {
        if (!p->has_date)
            return error_set(err, "the permalink wants :%.*s and the post has no date", (int)t.len,
                             t.ptr);
        return put_date_token(out, token, &p->date);
    }
    if (slice_eq(t, "section"))
        return put_section(out, p);
    if (slice_eq(t, "sections"))
        return put_name(out, p->folder, p);
    if (slice_eq(t, "title"))
        return put_title(out, p);
    if (slice_eq(t, "categories"))
        return p->categories == NULL ? 0 : buf_puts(out, p->categories);
    if (slice_eq(t, "slugified_categories"))
        return put_categories(out, p);
    if (slice_eq(t, "output_ext"))
        return buf_puts(out, ".html");
    if (slice_eq(t, "slug") && p->jekyll)
        return unicode_slug(out, p->title, strlen(p->title), true);
    if (slice_eq(t, "slug"))
        return put_slug_or(out, p, true);
    if (p->collection != NULL && slice_eq(t, "collection"))
        return buf_puts(out, p->collection);
    if (p->collection != NULL && slice_eq(t, "path"))
        return buf_printf(out, "%s%s%s", p->folder, *p->folder == '\0' ? "" : "/", p->basename);
    if (p->collection != NULL && slice_eq(t, "name"))
        return unicode_slug(out, p->basename, strlen(p->basename), true);
    if (slice_eq(t, "filename") || slice_eq(t, "contentbasename"))
        return put_name(out, p->basename, p);
    if (slice_eq(t, "slugorfilename") || slice_eq(t, "slugorcontentbasename"))
        return put_slug_or(out, p, false);
    return error_set(err, "the permalink has an unknown part :%.*s", (int)t.len, t.ptr);
}

/* Joins "//". */
static void join_slashes(struct buf *out, size_t from) {
    size_t to = from;
    for (size_t i = from; i < out->len; i++) {
        if (out->data[i] == '/' && to > from && out->data[to - 1] == '/')
            continue;
        out->data[to++] = out->data[i];
    }
    buf_truncate(out, to);
}

/* Ends the path as a directory unless its last part has an ending ("feed.html"). */
static int finish(struct buf *out, size_t from) {
    join_slashes(out, from);
    const char *last = strrchr(buf_str(out) + from, '/');
    const char *ending = last == NULL ? NULL : strrchr(last, '.');
    bool file = ending != NULL && ending > last + 1 &&
                (strcmp(ending, ".html") == 0 || strcmp(ending, ".htm") == 0 ||
                 strcmp(ending, ".xml") == 0 || strcmp(ending, ".txt") == 0 ||
                 strcmp(ending, ".php") == 0 || strcmp(ending, ".json") == 0 ||
                 strcmp(ending, ".aspx") == 0);
    if (file || (out->len > from && out->data[out->len - 1] == '/'))
        return buf_ok(out) ? 0 : -1;
    return buf_putc(out, '/');
}

static int make_default(struct buf *out, const struct permalink_parts *p) {
    if (permalink_folder(out, p->folder, strlen(p->folder), p->keep_case) != 0)
        return -1;
    return put_slug_or(out, p, false);
}

/* A number of the list in brackets behind ":sections": "last" is the last one's. Where it ends. */
static const char *read_bound(const char *s, size_t count, size_t *bound) {
    if (text_starts(s, "last")) {
        *bound = count == 0 ? 0 : count - 1;
        return s + strlen("last");
    }
    for (*bound = 0; text_is_digit(*s) && *bound < 1000; s++)
        *bound = *bound * 10 + (size_t)(*s - '0');
    return s;
}

/* ":sections[1:]", "[last]", "[:2]" and "[1:last]": those of the folder's parts. Length of the brackets; 0: not understood. */
static size_t put_some_sections(struct buf *out, const char *brackets,
                                const struct permalink_parts *p) {
    size_t count = *p->folder == '\0' ? 0 : 1, first, end, i = 0;
    for (const char *s = p->folder; *s != '\0'; s++)
        count += *s == '/';
    const char *s = read_bound(brackets + 1, count, &first);
    end = first + 1;
    if (*s == ':') {
        const char *from = s + 1;
        s = read_bound(from, count, &end);
        if (s == from)
            end = count;
    }
    if (*s != ']')
        return 0;
    struct slice rest = slice_of(p->folder), part;
    for (bool some = false; slice_next(&rest, '/', &part); i++) {
        if (i < first || i >= end)
            continue;
        if (some)
            buf_putc(out, '/');
        unicode_urlize(out, part.ptr, part.len, p->keep_case);
        some = true;
    }
    return (size_t)(s - brackets) + 1;
}

/* A token is letters and, where `digits` may be, digits, or one of Jekyll's that hold a '_'. */
static size_t token_length(const char *s, bool digits) {
    static const char *const names[] = {
        "short_year", "i_month",  "i_day", "y_day",  "short_month", "long_month",
        "short_day",  "long_day", "w_day", "w_year", "output_ext",  "slugified_categories"};
    size_t len = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (text_starts(s, names[i]))
            return strlen(names[i]);
    while (text_is_alpha(s[len]) || (digits && text_is_digit(s[len])))
        len++;
    return len;
}

static int make_by_pattern(struct buf *out, const char *pattern, const struct permalink_parts *p,
                           struct error *err) {
    if (*pattern != '/' && buf_putc(out, '/') != 0)
        return error_set(err, "the permalink is too long");
    while (*pattern != '\0') {
        size_t n = strcspn(pattern, ":");
        if (buf_append(out, pattern, n) != 0)
            return error_set(err, "the permalink is too long");
        pattern += n;
        if (*pattern == '\0')
            break;
        pattern++;
        size_t len = token_length(pattern, !p->jekyll), brackets = 0;
        if (!p->jekyll && slice_eq(slice_n(pattern, len), "sections") && pattern[len] == '[')
            brackets = put_some_sections(out, pattern + len, p);
        if (brackets > 0) {
            pattern += len + brackets;
            continue;
        }
        if (put_token(out, slice_n(pattern, len), p, err) != 0)
            return -1;
        pattern += len;
    }
    return 0;
}

int permalink_make(struct buf *out, const char *pattern, const struct permalink_parts *p,
                   struct error *err) {
    size_t from = out->len;
    int rc = pattern == NULL ? make_default(out, p) : make_by_pattern(out, pattern, p, err);
    if (rc == 0 && p->jekyll) {
        join_slashes(out, from);
        return buf_ok(out) ? 0 : error_set(err, "the permalink is too long");
    }
    if (rc == 0 && p->folders && (out->len == from || out->data[out->len - 1] != '/'))
        buf_putc(out, '/');
    if (rc == 0 && buf_ok(out) && finish(out, from) == 0)
        return 0;
    if (!buf_ok(out))
        error_set(err, "the permalink is too long");
    return -1;
}

int permalink_folder(struct buf *out, const char *folder, size_t len, bool keep_case) {
    buf_putc(out, '/');
    if (len > 0) {
        unicode_urlize(out, folder, len, keep_case);
        buf_putc(out, '/');
    }
    return buf_ok(out) ? 0 : -1;
}

bool permalink_reachable(const char *path) {
    struct slice rest = slice_of(path), part;
    while (slice_next(&rest, '/', &part))
        if (slice_eq(part, ".") || slice_eq(part, ".."))
            return false;
    for (const char *s = path; *s != '\0'; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return false;
    return true;
}

/* Appends one part of a written path; ".." takes the last one away. */
static int put_part(struct buf *out, size_t from, struct slice part) {
    if (part.len == 0 || slice_eq(part, "."))
        return 0;
    if (!slice_eq(part, "..")) {
        buf_append(out, part.ptr, part.len);
        return buf_putc(out, '/');
    }
    size_t n = out->len;
    if (n <= from + 1)
        return -1;
    for (n--; n > from && out->data[n - 1] != '/'; n--)
        ;
    buf_truncate(out, n);
    return 0;
}

int permalink_written(struct buf *out, const char *base, const char *written, struct error *err) {
    return permalink_written_as(out, base, written, PERMALINK_FILE_OR_FOLDER, err);
}

static int end_written(struct buf *out, size_t from, bool folder, enum permalink_end end) {
    if (!folder && out->len > from + 1)
        buf_truncate(out, out->len - 1);
    bool file = end == PERMALINK_JEKYLL ||
                (end == PERMALINK_HUGO && strchr(buf_str(out) + from, '.') != NULL);
    return !folder && file ? (buf_ok(out) ? 0 : -1) : finish(out, from);
}

int permalink_written_as(struct buf *out, const char *base, const char *written,
                         enum permalink_end end, struct error *err) {
    if (strstr(written, "://") != NULL || text_starts(written, "//"))
        return error_set(err, "\"%.100s\" must be a path of this site, not a full URL", written);
    struct buf plain;
    buf_init(&plain, 2048);
    size_t n = strcspn(written, "?#");
    if (*written != '/')
        buf_puts(&plain, base);
    int rc = text_url_decode(&plain, written, n, false);
    if (rc != 0)
        rc = error_set(err, "\"%.100s\" is no path: too long, or a bad %%XX", written);
    size_t from = out->len;
    buf_putc(out, '/');
    struct slice rest = slice_n(buf_str(&plain), plain.len);
    struct slice part;
    bool folder = plain.len > 0 && plain.data[plain.len - 1] == '/';
    while (rc == 0 && slice_next(&rest, '/', &part))
        if (put_part(out, from, part) != 0)
            rc = error_set(err, "\"%.100s\" leads out of the site", written);
    buf_free(&plain);
    if (rc != 0)
        return -1;
    if (end_written(out, from, folder, end) != 0)
        return error_set(err, "\"%.100s\" is too long", written);
    return 0;
}
