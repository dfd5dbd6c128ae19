/* Dates: reading the forms that authors write, printing the forms that readers and machines expect.
 * All arithmetic is proleptic Gregorian in UTC; no locale, no TZ variable, no mutable state.
 * Any thread may call. */
#ifndef PLATEN_BASE_DATE_H
#define PLATEN_BASE_DATE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* A date as written: civil time and, when the author gave one, the offset from UTC. */
struct date {
    int year;  /* 0001..9999 */
    int month; /* 1..12 */
    int day;
    int hour;
    int minute;
    int second; /* 0..59; a leap second is read as 59 */
    bool has_time;
    bool has_offset;
    int offset; /* minutes east of UTC, -1439..1439, 0 when has_offset is false */
};

/* Reads every usual form of a date:
 *   2022-09-10, 2022-9-1, 2022/09/10, 2022.09.10, 20220910
 *   then T, white space, a comma or "at", and 12:30, 9:05:07, 12:30:45.123 (the fraction is
 *   dropped), 3:04 pm, 123045; then Z, +06:00, +0600, +06, UTC, GMT, or what Go prints: +0600 UTC
 *   "Sat, 10 Sep 2022 12:00:00 GMT" (RFC 1123, RFC 822), "Saturday, 10-Sep-22 12:00:00 GMT"
 *   (RFC 850), "Sat Sep 10 12:00:00 2022" (asctime)
 *   "September 10, 2022", "Sep 10 2022", "Sept. 10th, 2022", "10 September 2022", "10-Sep-2022"
 * Surrounding white space and the day's name are ignored. An impossible date (2023-02-30, 25:00),
 * an order that could mean two days (03/04/2022) and a zone's abbreviation alone (CST) are errors
 * that say so; *out is then untouched. */
int date_parse(struct date *out, const char *s, struct error *err) CHECKED;

/* UTC seconds of d, its own offset applied (without one: as UTC). */
int64_t date_seconds(const struct date *d);

/* The civil time at `seconds` seen at `offset` minutes east of UTC (has_time and has_offset set).
 */
struct date date_at(int64_t seconds, int offset);

int date_weekday(const struct date *d); /* 0 = Sunday */
int date_yearday(const struct date *d); /* 1..366 */

/* "2022-09-10T12:00:00Z" (RFC 3339; offset printed as Z when 0, else +06:00). */
int date_rfc3339(struct buf *out, int64_t seconds, int offset);
/* The same of a civil time with its offset. */
int date_put_rfc3339(struct buf *out, const struct date *d);
/* "Sat, 10 Sep 2022 12:00:00 GMT" (RFC 9110 section 5.6.7), for HTTP headers. */
int date_http(struct buf *out, int64_t seconds);
/* "Sat, 10 Sep 2022 12:00:00 +0000" (RFC 822 as RSS 2.0 uses it). */
int date_rfc822(struct buf *out, int64_t seconds, int offset);

/* Prints by a layout. Layouts of Go/Hugo ("January 2, 2006", "Jan 2, 2006", "2 Jan 2006 15:04",
 * "Monday", "Mon", "02", "_2", "01", "1", "06", "15", "03", "3", "04", "05", "PM", "pm", "MST",
 * "-0700", "-07:00", "Z07:00", "002"); a layout that holds '%' is read as strftime's instead (Y m d
 * B b e H M S y A a j I p Z z % and GNU's C D F P R T h k l n t u w :z, with the flags - _ 0).
 * Hugo's names (":date_long", ":date_medium", ...) stand for their English layouts. English names;
 * "MST" prints UTC or the offset, since a zone's abbreviation is not known here. */
int date_layout(struct buf *out, const char *layout, int64_t seconds, int offset);

/* A layout taken apart once, for printing many dates. */
enum { DATE_STEPS = 24 };
struct date_form {
    const char *layout; /* lent */
    size_t count;       /* 0: it has too many parts, or is strftime's, and is read each time */
    struct date_step {
        const void *element; /* NULL: text as it stands */
        const char *text;
        size_t len;
    } steps[DATE_STEPS];
};
void date_form_read(struct date_form *out, const char *layout);
int date_form_print(struct buf *out, const struct date_form *form, int64_t seconds, int offset);
/* The same of a civil time with its offset. */
int date_form_put(struct buf *out, const struct date_form *form, const struct date *d);

/* Reads an HTTP date (all three forms of RFC 9110 section 5.6.7) into UTC seconds. */
int date_http_parse(int64_t *out, const char *s) CHECKED;

#endif
