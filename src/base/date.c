/* The calendar and the fixed forms. Days are counted as Howard Hinnant describes it
 * (howardhinnant.github.io/date_algorithms.html): years begin in March, so the leap day is the last
 * of its year and a month's first day is a linear formula. Reading what authors write is
 * date_parse.c, printing by layouts date_layout.c. */
#include "base/date.h"

#include "base/date_names.h"

#include <string.h>

#define DAY INT64_C(86400)
#define FIRST_SECOND INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define LAST_SECOND INT64_C(253402300799)  /* 9999-12-31T23:59:59Z */

const char *const date_month_names[12] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December",
};

const char *const date_day_names[7] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};

/* Days from 1970-01-01 to the civil day. */
static int64_t days_from_civil(int year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t shifted = month > 2 ? month - 3 : month + 9;
    int64_t day_of_year = (153 * shifted + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(struct date *d, int64_t days) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t shifted = (5 * doy + 2) / 153;
    d->day = (int)(doy - (153 * shifted + 2) / 5 + 1);
    d->month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    d->year = (int)(yoe + era * 400 + (d->month <= 2 ? 1 : 0));
}

int date_month_days(int year, int month) {
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

int64_t date_seconds(const struct date *d) {
    int64_t seconds = days_from_civil(d->year, d->month, d->day) * DAY;
    seconds += INT64_C(3600) * d->hour + INT64_C(60) * d->minute + d->second;
    return d->has_offset ? seconds - INT64_C(60) * d->offset : seconds;
}

struct date date_at(int64_t seconds, int offset) {
    struct date d = {.has_time = true, .has_offset = true, .offset = offset};
    if (seconds < FIRST_SECOND) {
        seconds = FIRST_SECOND;
    } else if (seconds > LAST_SECOND) {
        seconds = LAST_SECOND;
    }
    int64_t local = seconds + INT64_C(60) * offset;
    if (local < FIRST_SECOND) {
        local = FIRST_SECOND;
    } else if (local > LAST_SECOND) {
        local = LAST_SECOND;
    }
    int64_t days = local / DAY;
    int64_t rest = local % DAY;
    if (rest < 0) {
        rest += DAY;
        days--;
    }
    civil_from_days(&d, days);
    d.hour = (int)(rest / 3600);
    d.minute = (int)(rest % 3600 / 60);
    d.second = (int)(rest % 60);
    return d;
}

int date_weekday(const struct date *d) {
    int64_t days = days_from_civil(d->year, d->month, d->day) + 4; /* 1970-01-01: Thursday */
    return (int)((days % 7 + 7) % 7);
}

int date_yearday(const struct date *d) {
    return (int)(days_from_civil(d->year, d->month, d->day) - days_from_civil(d->year, 1, 1)) + 1;
}

const char date_digits[200] = "00010203040506070809101112131415161718192021222324"
                              "25262728293031323334353637383940414243444546474849"
                              "50515253545556575859606162636465666768697071727374"
                              "75767778798081828384858687888990919293949596979899";

/* 0 to 99. */
static char *two_digits(char *to, int n) {
    memcpy(to, date_digits + 2 * n, 2);
    return to + 2;
}

/* "12:00:00" */
static char *write_time(char *to, const struct date *d) {
    to = two_digits(to, d->hour);
    *to++ = ':';
    to = two_digits(to, d->minute);
    *to++ = ':';
    return two_digits(to, d->second);
}

int date_offset(struct buf *out, int offset, const char *colon) {
    int m = offset < 0 ? -offset : offset;
    buf_putc(out, offset < 0 ? '-' : '+');
    buf_put_int(out, m / 60, 2);
    buf_puts(out, colon);
    return buf_put_int(out, m % 60, 2);
}

int date_put_rfc3339(struct buf *out, const struct date *d) {
    char text[24], *to = two_digits(two_digits(text, d->year / 100), d->year % 100);
    *to++ = '-';
    to = two_digits(to, d->month);
    *to++ = '-';
    to = two_digits(to, d->day);
    *to++ = 'T';
    to = write_time(to, d);
    if (d->offset == 0)
        *to++ = 'Z';
    int rc = buf_append(out, text, (size_t)(to - text));
    return d->offset == 0 ? rc : date_offset(out, d->offset, ":");
}

int date_rfc3339(struct buf *out, int64_t seconds, int offset) {
    struct date d = date_at(seconds, offset);
    return date_put_rfc3339(out, &d);
}

/* "Sat, 10 Sep 2022 12:00:00 " */
static void mail_date(struct buf *out, const struct date *d) {
    char text[32], *to = text;
    memcpy(to, date_day_names[date_weekday(d)], 3);
    to[3] = ',';
    to[4] = ' ';
    to = two_digits(to + 5, d->day);
    *to++ = ' ';
    memcpy(to, date_month_names[d->month - 1], 3);
    to[3] = ' ';
    to = two_digits(two_digits(to + 4, d->year / 100), d->year % 100);
    *to++ = ' ';
    to = write_time(to, d);
    *to++ = ' ';
    buf_append(out, text, (size_t)(to - text));
}

int date_http(struct buf *out, int64_t seconds) {
    struct date d = date_at(seconds, 0);
    mail_date(out, &d);
    return buf_puts(out, "GMT");
}

int date_rfc822(struct buf *out, int64_t seconds, int offset) {
    struct date d = date_at(seconds, offset);
    mail_date(out, &d);
    return date_offset(out, offset, "");
}
