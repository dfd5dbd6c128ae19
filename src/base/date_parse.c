/* Reads dates as authors, git hosts and browsers write them.
 *
 * The text is a row of parts that a cursor passes over: an optional name of the day, the day itself
 * in one of its forms, an optional time, an optional zone. Nothing may follow. The form is told by
 * its first characters, never by trial and error, so the message can name what is wrong. A form in
 * which day and month could be taken for each other (03/04/2022) is refused. */
#include "base/date.h"

#include "base/date_names.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

struct cursor {
    const char *p;
    const char *whole; /* for messages */
    struct error *err;
};

static int fail(const struct cursor *c, const char *why) {
    size_t n = strlen(c->whole);
    bool cut = n > 60;
    if (cut) {
        for (n = 60; n > 0 && ((unsigned char)c->whole[n] & 0xc0u) == 0x80u; n--) {
        }
    }
    return error_set(c->err, "\"%.*s%s\" is no date: %s", (int)n, c->whole, cut ? "..." : "", why);
}

static void skip_spaces(struct cursor *c) {
    while (text_is_space(*c->p)) {
        c->p++;
    }
}

static bool take(struct cursor *c, char want) {
    if (*c->p != want) {
        return false;
    }
    c->p++;
    return true;
}

/* Number of digits (or letters) that follow. */
static size_t digits_ahead(const struct cursor *c) {
    return strspn(c->p, "0123456789");
}

static size_t letters_ahead(const struct cursor *c) {
    size_t n = 0;
    while (text_is_alpha(c->p[n])) {
        n++;
    }
    return n;
}

/* Takes exactly n digits that are known to be there. */
static int take_number(struct cursor *c, size_t n) {
    int v = 0;
    for (size_t i = 0; i < n; i++) {
        v = v * 10 + (c->p[i] - '0');
    }
    c->p += n;
    return v;
}

/* Takes a number of min to max digits. */
static int number(struct cursor *c, size_t min, size_t max, int *out) {
    size_t n = digits_ahead(c);
    if (n < min || n > max) {
        return -1;
    }
    *out = take_number(c, n);
    return 0;
}

/* Takes a word if it is one of the names or at least the first three letters of one ("Sep", "Sept",
 * "september"), with a period behind the short form. Its index, or -1 and the cursor stays. */
static int name(struct cursor *c, const char *const *names, int count) {
    size_t n = letters_ahead(c);
    for (int i = 0; n >= 3 && i < count; i++) {
        size_t k = 0;
        while (k < n && names[i][k] != '\0' && text_lower(names[i][k]) == text_lower(c->p[k])) {
            k++;
        }
        if (k == n) {
            c->p += n;
            (void)(names[i][n] != '\0' && take(c, '.'));
            return i;
        }
    }
    return -1;
}

/* A month's name. */
static int month_name(struct cursor *c, struct date *d) {
    int month = name(c, date_month_names, 12);
    if (month < 0) {
        return fail(c, "a month's name is missing or unknown");
    }
    d->month = month + 1;
    return 0;
}

/* 10, 9, 10th */
static int day_number(struct cursor *c, struct date *d) {
    static const char *const endings[] = {"st", "nd", "rd", "th"};
    if (number(c, 1, 2, &d->day) != 0) {
        return fail(c, "the day of the month is missing");
    }
    for (size_t i = 0; letters_ahead(c) == 2 && i < 4; i++) {
        if (text_lower(c->p[0]) == endings[i][0] && text_lower(c->p[1]) == endings[i][1]) {
            c->p += 2;
        }
    }
    return 0;
}

/* Four digits, or two as RFC 850 has them: 69..99 are in the last century (as POSIX %y). */
static int year_number(struct cursor *c, struct date *d) {
    size_t n = digits_ahead(c);
    if (n != 4 && n != 2) {
        return fail(c, "the year needs four digits");
    }
    d->year = take_number(c, n);
    if (n == 2) {
        d->year += d->year < 69 ? 2000 : 1900;
    }
    return 0;
}

/* 2022-09-10, 2022/9/1, 2022.09.10 */
static int year_first(struct cursor *c, struct date *d) {
    d->year = take_number(c, 4);
    char sep = *c->p++;
    if (number(c, 1, 2, &d->month) != 0) {
        return fail(c, "the month is missing");
    }
    if (!take(c, sep)) {
        return fail(c, "the day is missing");
    }
    if (number(c, 1, 2, &d->day) != 0) {
        return fail(c, "the day of the month is missing");
    }
    return 0;
}

/* 10 September 2022, 10-Sep-22, 10 Sep, 2022 */
static int day_first(struct cursor *c, struct date *d) {
    if (day_number(c, d) != 0) {
        return -1;
    }
    bool hyphens = take(c, '-');
    skip_spaces(c);
    if (month_name(c, d) != 0) {
        return -1;
    }
    if (hyphens && !take(c, '-')) {
        return fail(c, "the year is missing");
    }
    (void)take(c, ',');
    skip_spaces(c);
    return year_number(c, d);
}

static int time_of_day(struct cursor *c, struct date *d);

/* September 10, 2022; Sep 10 2022; Sep 10 12:00:00 2022 (asctime) */
static int month_first(struct cursor *c, struct date *d) {
    if (month_name(c, d) != 0) {
        return -1;
    }
    skip_spaces(c);
    if (day_number(c, d) != 0) {
        return -1;
    }
    (void)take(c, ',');
    skip_spaces(c);
    if (digits_ahead(c) <= 2 && c->p[digits_ahead(c)] == ':') {
        if (time_of_day(c, d) != 0) {
            return -1;
        }
        skip_spaces(c);
    }
    return year_number(c, d);
}

static int day(struct cursor *c, struct date *d) {
    size_t n = digits_ahead(c);
    if (n == 8) {
        d->year = take_number(c, 4);
        d->month = take_number(c, 2);
        d->day = take_number(c, 2);
        return 0;
    }
    if (n == 4 && (c->p[4] == '-' || c->p[4] == '/' || c->p[4] == '.')) {
        return year_first(c, d);
    }
    if ((n == 1 || n == 2) && (c->p[n] == '/' || c->p[n] == '.') && text_is_digit(c->p[n + 1])) {
        return fail(c, "day and month could be taken for each other: write 2006-01-02");
    }
    if (n == 1 || n == 2) {
        return day_first(c, d);
    }
    if (n == 0 && letters_ahead(c) > 0) {
        return month_first(c, d);
    }
    return fail(c, "write it as 2006-01-02 or 2006-01-02T15:04:05Z");
}

/* am or pm behind a time, case and periods as one likes. */
static int half_of_day(struct cursor *c, struct date *d) {
    struct cursor at = *c;
    skip_spaces(&at);
    char half = text_lower(*at.p);
    if (half != 'a' && half != 'p') {
        return 0;
    }
    at.p++;
    (void)take(&at, '.');
    if (text_lower(*at.p) != 'm') {
        return 0;
    }
    at.p++;
    (void)take(&at, '.');
    if (text_is_alpha(*at.p)) {
        return 0;
    }
    if (d->hour < 1 || d->hour > 12) {
        return fail(c, "with am or pm the hour is 1 to 12");
    }
    d->hour = d->hour % 12 + (half == 'p' ? 12 : 0);
    c->p = at.p;
    return 0;
}

/* 12:30, 9:05:07, 12:30:45.123456, 3:04 pm, 123045 */
static int time_of_day(struct cursor *c, struct date *d) {
    d->has_time = true;
    size_t n = digits_ahead(c);
    if ((n == 6 || n == 4) && c->p[n] != ':') {
        d->hour = take_number(c, 2);
        d->minute = take_number(c, 2);
        d->second = n == 6 ? take_number(c, 2) : 0;
    } else {
        if (number(c, 1, 2, &d->hour) != 0 || !take(c, ':') || number(c, 2, 2, &d->minute) != 0) {
            return fail(c, "the time is not hh:mm or hh:mm:ss");
        }
        if (take(c, ':') && number(c, 2, 2, &d->second) != 0) {
            return fail(c, "the seconds are not two digits");
        }
    }
    if ((*c->p == '.' || *c->p == ',') && text_is_digit(c->p[1])) {
        c->p++;
        c->p += digits_ahead(c);
    }
    return half_of_day(c, d);
}

/* +06:00, -0330, +06; the sign is at the cursor. */
static int offset_number(struct cursor *c, struct date *d) {
    int hours = 0;
    int minutes = 0;
    int sign = *c->p++ == '-' ? -1 : 1;
    size_t n = digits_ahead(c);
    if (n == 4) {
        hours = take_number(c, 2);
        minutes = take_number(c, 2);
    } else if (n == 2 || n == 1) {
        hours = take_number(c, n);
        if (take(c, ':') && number(c, 2, 2, &minutes) != 0) {
            return fail(c, "the offset from UTC is not +hh:mm");
        }
    } else {
        return fail(c, "the offset from UTC is not +hh:mm");
    }
    if (hours > 23 || minutes > 59) {
        return fail(c, "no such offset from UTC");
    }
    d->offset = sign * (hours * 60 + minutes);
    d->has_offset = true;
    return 0;
}

static bool take_word(struct cursor *c, const char *word) {
    size_t n = strlen(word);
    if (letters_ahead(c) != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (text_lower(c->p[i]) != word[i]) {
            return false;
        }
    }
    c->p += n;
    return true;
}

/* Z, UTC, GMT, an offset, or an offset and the abbreviation that Go prints behind it ("+0600 UTC",
 * "+0200 CEST", "+0600 +06"). An abbreviation alone says too little: CST is three zones. */
static int zone(struct cursor *c, struct date *d) {
    if (take_word(c, "z") || take_word(c, "utc") || take_word(c, "gmt") || take_word(c, "ut")) {
        d->has_offset = true;
        if (*c->p != '+' && *c->p != '-') {
            return 0;
        }
    }
    if (*c->p == '+' || *c->p == '-') {
        if (offset_number(c, d) != 0) {
            return -1;
        }
        skip_spaces(c);
        size_t n = letters_ahead(c);
        if (n >= 1 && n <= 5) {
            c->p += n;
        } else if (*c->p == '+' || *c->p == '-') {
            c->p += 1;
            c->p += digits_ahead(c);
        }
        return 0;
    }
    return letters_ahead(c) > 0 ? fail(c, "a time zone is written as an offset, such as +06:00")
                                : 0;
}

/* The numbers are there; can they be? */
static int check(const struct cursor *c, struct date *d) {
    if (d->year < 1) {
        return fail(c, "there is no year 0");
    }
    if (d->month < 1 || d->month > 12) {
        return fail(c, "there is no such month");
    }
    if (d->day < 1 || d->day > date_month_days(d->year, d->month)) {
        char why[64];
        snprintf(why, sizeof why, "%s %d has %d days", date_month_names[d->month - 1], d->year,
                 date_month_days(d->year, d->month));
        return fail(c, why);
    }
    if (d->hour > 23) {
        return fail(c, "there is no such hour");
    }
    if (d->minute > 59) {
        return fail(c, "there is no such minute");
    }
    if (d->second > 60) {
        return fail(c, "there is no such second");
    }
    if (d->second == 60) {
        d->second = 59;
    }
    return 0;
}

/* What parts the day from the time: T, or white space and "at" or a comma. */
static void to_time(struct cursor *c) {
    if ((*c->p == 'T' || *c->p == 't') && text_is_digit(c->p[1])) {
        c->p++;
        return;
    }
    (void)take(c, ',');
    skip_spaces(c);
    if (take_word(c, "at")) {
        skip_spaces(c);
    }
}

static int parse(struct cursor *c, struct date *d) {
    skip_spaces(c);
    if (*c->p == '\0') {
        return fail(c, "it is empty");
    }
    if (name(c, date_day_names, 7) >= 0) {
        (void)take(c, ',');
        skip_spaces(c);
    }
    if (day(c, d) != 0) {
        return -1;
    }
    if (!d->has_time) {
        to_time(c);
        if (text_is_digit(*c->p) && time_of_day(c, d) != 0) {
            return -1;
        }
    }
    skip_spaces(c);
    if (d->has_time && zone(c, d) != 0) {
        return -1;
    }
    skip_spaces(c);
    if (*c->p != '\0') {
        return fail(c, "something follows that belongs to no date");
    }
    return check(c, d);
}

int date_parse(struct date *out, const char *s, struct error *err) {
    struct cursor c = {.p = s, .whole = s, .err = err};
    struct date d = {0};
    if (parse(&c, &d) != 0) {
        return -1;
    }
    *out = d;
    return 0;
}

int date_http_parse(int64_t *out, const char *s) {
    struct date d;
    if (!text_is_alpha(*s) || date_parse(&d, s, NULL) != 0 || !d.has_time) {
        return -1; /* all three forms begin with the day's name and have a time */
    }
    *out = date_seconds(&d);
    return 0;
}
