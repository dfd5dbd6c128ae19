#include "base/zone_rule.h"

#include "base/date.h"
#include "base/date_names.h"
#include "base/text.h"

#include <string.h>

#define DAY 86400
#define MAX_HOURS 167 /* RFC 8536 section 3.3.1 */

/* Takes a number of up to three digits within [min, max]. */
static int number(const char **p, int min, int max, int *out) {
    int v = 0;
    size_t n = 0;
    for (; n < 3 && text_is_digit((*p)[n]); n++) {
        v = v * 10 + ((*p)[n] - '0');
    }
    if (n == 0 || text_is_digit((*p)[n]) || v < min || v > max) {
        return -1;
    }
    *p += n;
    *out = v;
    return 0;
}

static bool take(const char **p, char c) {
    if (**p != c) {
        return false;
    }
    (*p)++;
    return true;
}

/* "CET", "<+0545>": at least three characters, which nobody here reads. */
static int skip_name(const char **p) {
    size_t n = 0;
    if (take(p, '<')) {
        while (text_is_alpha((*p)[n]) || text_is_digit((*p)[n]) || (*p)[n] == '+' ||
               (*p)[n] == '-') {
            n++;
        }
        *p += n;
        return n >= 3 && take(p, '>') ? 0 : -1;
    }
    while (text_is_alpha((*p)[n])) {
        n++;
    }
    *p += n;
    return n >= 3 ? 0 : -1;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static int hms(const char **p, int *out) {
    int sign = take(p, '-') ? -1 : 1;
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    if (sign > 0) {
        (void)take(p, '+');
    }
    if (number(p, 0, MAX_HOURS, &hours) != 0 ||
        (take(p, ':') &&
         (number(p, 0, 59, &minutes) != 0 || (take(p, ':') && number(p, 0, 59, &seconds) != 0)))) {
        return -1;
    }
    *out = sign * (hours * 3600 + minutes * 60 + seconds);
    return 0;
}

/* An offset as TZ has it, west of UTC, into minutes east. */
static int offset(const char **p, int *out) {
    int seconds = 0;
    if (hms(p, &seconds) != 0 || seconds < -26 * 3600 || seconds > 26 * 3600) {
        return -1;
    }
    *out = -seconds / 60;
    return 0;
}

/* ",M3.5.0/2" */
static int day(const char **p, struct zone_rule_day *d) {
    int rc = 0;
    if (!take(p, ',')) {
        return -1;
    }
    if (take(p, 'M')) {
        d->kind = ZONE_RULE_WEEK;
        rc = number(p, 1, 12, &d->month) == 0 && take(p, '.') && number(p, 1, 5, &d->week) == 0 &&
                     take(p, '.') && number(p, 0, 6, &d->weekday) == 0
                 ? 0
                 : -1;
    } else if (take(p, 'J')) {
        d->kind = ZONE_RULE_JULIAN;
        rc = number(p, 1, 365, &d->day);
    } else {
        d->kind = ZONE_RULE_DAY;
        rc = number(p, 0, 365, &d->day);
    }
    d->seconds = 2 * 3600;
    if (rc == 0 && take(p, '/')) {
        rc = hms(p, &d->seconds);
    }
    return rc;
}

int zone_rule_parse(struct zone_rule *out, const char *s) {
    struct zone_rule r = {0};
    if (skip_name(&s) != 0 || offset(&s, &r.standard) != 0) {
        return -1;
    }
    if (*s != '\0') {
        r.has_summer = true;
        r.summer = r.standard + 60;
        if (skip_name(&s) != 0 || (*s != ',' && offset(&s, &r.summer) != 0) ||
            day(&s, &r.start) != 0 || day(&s, &r.end) != 0 || *s != '\0') {
            return -1;
        }
    }
    *out = r;
    return 0;
}

/* Local seconds since 1970 of the rule's moment in a year. */
static int64_t moment(const struct zone_rule_day *d, int year) {
    struct date first = {.year = year, .month = 1, .day = 1};
    int64_t days = 0;
    if (d->kind == ZONE_RULE_WEEK) {
        int length = date_month_days(year, d->month);
        first.month = d->month;
        int ahead = (d->weekday - date_weekday(&first) + 7) % 7 + (d->week - 1) * 7;
        days = ahead < length ? ahead : ahead - 7;
    } else if (d->kind == ZONE_RULE_JULIAN) {
        bool leap = date_month_days(year, 2) == 29;
        days = d->day - 1 + (leap && d->day >= 60 ? 1 : 0);
    } else {
        days = d->day;
    }
    return date_seconds(&first) + days * DAY + d->seconds;
}

int zone_rule_offset(const struct zone_rule *r, int64_t seconds) {
    if (!r->has_summer) {
        return r->standard;
    }
    int year = date_at(seconds, r->standard).year;
    int64_t start = moment(&r->start, year) - INT64_C(60) * r->standard;
    int64_t end = moment(&r->end, year) - INT64_C(60) * r->summer;
    bool summer = start < end ? seconds >= start && seconds < end
                              : seconds >= start || seconds < end; /* south of the equator */
    return summer ? r->summer : r->standard;
}
