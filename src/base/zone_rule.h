/* The rule of a time zone in the form of the TZ variable (POSIX.1-2017 section 8.3, with the
 * extensions of RFC 8536 section 3.3.1): "CET-1CEST,M3.5.0,M10.5.0/3". Part of zone.c, apart from it
 * so that each stays small. Any thread may call. */
#ifndef PLATEN_BASE_ZONE_RULE_H
#define PLATEN_BASE_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#define ZONE_RULE_MAX 128 /* bytes of the text, with its NUL */

/* A day of the year and a time on it. */
struct zone_rule_day {
    enum {
        ZONE_RULE_JULIAN, /* Jn: day 1..365, 29 February is never counted */
        ZONE_RULE_DAY,    /* n: day 0..365, it is counted */
        ZONE_RULE_WEEK    /* Mm.w.d: the w-th (5: the last) weekday d of month m */
    } kind;
    int day;
    int month, week, weekday;
    int seconds; /* after midnight; may be negative or more than a day */
};

struct zone_rule {
    int standard; /* offsets in minutes east of UTC */
    int summer;
    bool has_summer;
    struct zone_rule_day start, end; /* of summer time; each in the time in force before it */
};

/* 0, or -1 when s is no such rule. */
int zone_rule_parse(struct zone_rule *out, const char *s);

/* Minutes east of UTC at a UTC time. */
int zone_rule_offset(const struct zone_rule *r, int64_t seconds);

#endif
