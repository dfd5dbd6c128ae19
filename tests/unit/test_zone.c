#include "base/file.h"
#include "base/zone.h"
#include "base/zone_rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct zone *open_zone(const char *name) {
    struct zone *z = NULL;
    struct error err = {0};
    if (zone_open(&z, name, &err) != 0) {
        fail_msg("%s", err.text);
    }
    return z;
}

static int64_t utc(const char *text) {
    struct date d;
    assert_int_equal(date_parse(&d, text, NULL), 0);
    return date_seconds(&d);
}

static void knows_offsets(void **state) {
    (void)state;
    static const struct {
        const char *zone;
        const char *at;
        int offset;
    } rows[] = {
        {"Europe/Berlin", "2022-01-01T00:00:00Z", 60},
        {"Europe/Berlin", "2022-03-27T00:59:59Z", 60},
        {"Europe/Berlin", "2022-03-27T01:00:00Z", 120},
        {"Europe/Berlin", "2022-10-30T00:59:59Z", 120},
        {"Europe/Berlin", "2022-10-30T01:00:00Z", 60},
        {"Europe/Berlin", "1945-06-01T00:00:00Z", 180},
        {"Europe/Berlin", "2150-07-01T00:00:00Z", 120}, /* by the rule in the last line */
        {"Europe/Berlin", "2150-12-01T00:00:00Z", 60},
        {"Europe/Berlin", "9999-07-01T00:00:00Z", 120},
        {"America/New_York", "2022-03-13T06:59:59Z", -300},
        {"America/New_York", "2022-03-13T07:00:00Z", -240},
        {"America/New_York", "2022-11-06T05:59:59Z", -240},
        {"America/New_York", "2022-11-06T06:00:00Z", -300},
        {"America/New_York", "2099-07-04T00:00:00Z", -240},
        {"Asia/Kathmandu", "2022-09-10T00:00:00Z", 345},
        {"Asia/Kathmandu", "1980-01-01T00:00:00Z", 330},
        {"Asia/Dhaka", "2022-09-10T00:00:00Z", 360},
        {"Australia/Sydney", "2090-01-01T00:00:00Z", 660}, /* summer over the new year */
        {"Australia/Sydney", "2090-07-01T00:00:00Z", 600},
        {"Etc/GMT+5", "2022-09-10T00:00:00Z", -300},
        {"UTC", "2022-09-10T00:00:00Z", 0},
        {"", "2022-09-10T00:00:00Z", 0},
        {"Pacific/Apia", "2011-12-29T00:00:00Z", -600},
        {"Pacific/Apia", "2012-01-01T00:00:00Z", 840},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct zone *z = open_zone(rows[i].zone);
        int offset = zone_offset(z, utc(rows[i].at));
        if (offset != rows[i].offset) {
            fail_msg("%s %s: %d", rows[i].zone, rows[i].at, offset);
        }
        zone_free(z);
    }
    assert_int_equal(zone_offset(NULL, 0), 0);
    zone_free(NULL);
}

static void civil_times_become_utc(void **state) {
    (void)state;
    static const struct {
        const char *zone;
        const char *civil;
        const char *at;
        int offset;
    } rows[] = {
        {"Europe/Berlin", "2022-07-01 12:00", "2022-07-01T10:00:00Z", 120},
        {"Europe/Berlin", "2022-01-01", "2021-12-31T23:00:00Z", 60},
        {"Europe/Berlin", "2022-03-27 01:59:59", "2022-03-27T00:59:59Z", 60},
        {"Europe/Berlin", "2022-03-27 02:30", "2022-03-27T01:30:00Z", 60}, /* in the gap */
        {"Europe/Berlin", "2022-03-27 03:00", "2022-03-27T01:00:00Z", 120},
        {"Europe/Berlin", "2022-10-30 02:30", "2022-10-30T00:30:00Z", 120}, /* the first of two */
        {"Europe/Berlin", "2022-10-30 03:00", "2022-10-30T02:00:00Z", 60},
        {"America/New_York", "2022-03-13 02:30", "2022-03-13T07:30:00Z", -300},
        {"America/New_York", "2022-11-06 01:30", "2022-11-06T05:30:00Z", -240},
        {"America/New_York", "2080-11-03 12:00", "2080-11-03T17:00:00Z", -300},
        {"Asia/Kathmandu", "2022-09-10 05:45", "2022-09-10T00:00:00Z", 345},
        {"Europe/Berlin", "2022-09-10 12:00 +06:00", "2022-09-10T06:00:00Z", 360},
        {"UTC", "2022-09-10 12:00", "2022-09-10T12:00:00Z", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct zone *z = open_zone(rows[i].zone);
        struct date d;
        int offset = 1;
        assert_int_equal(date_parse(&d, rows[i].civil, NULL), 0);
        int64_t seconds = zone_seconds(z, &d, &offset);
        if (seconds != utc(rows[i].at) || offset != rows[i].offset) {
            fail_msg("%s %s: %d", rows[i].zone, rows[i].civil, offset);
        }
        assert_true(zone_seconds(z, &d, NULL) == seconds);
        zone_free(z);
    }
    struct date d;
    assert_int_equal(date_parse(&d, "2022-09-10 12:00", NULL), 0);
    assert_true(zone_seconds(NULL, &d, NULL) == 1662811200);
}

static void refuses_bad_names(void **state) {
    (void)state;
    char name[200];
    memset(name, 'A', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const char *const names[] = {
        "../etc/passwd",
        "/etc/passwd",
        "/usr/share/zoneinfo/UTC",
        "Europe/../Europe/Berlin",
        "Europe",
        "Europe/",
        "Nowhere/Land",
        "Europe/Berlin\n",
        "zone.tab",
        ".",
        "CET-1CEST,M3.5.0",
        "Europe\\Berlin",
        "tzdata.zi",
        name,
        "\xc3\xa9",
        ":UTC",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct zone *z = (struct zone *)&z;
        struct error err = {0};
        if (zone_open(&z, names[i], &err) != -1) {
            fail_msg("%s was taken", names[i]);
        }
        assert_null(z);
        assert_true(err.text[0] != '\0');
    }
}

/* Against the C library, a moment every nine days of 1902 to 2400 and each side of every hour of two
 * years. (The library is asked in this one thread only.) */
static void agrees_with_libc(void **state) {
    (void)state;
    static const char *const names[] = {
        "Europe/Berlin",     "America/New_York",   "Asia/Kathmandu",   "Australia/Lord_Howe",
        "Africa/Casablanca", "America/Nuuk",       "Pacific/Chatham",  "America/Sao_Paulo",
        "Asia/Tehran",       "Europe/Dublin",      "Antarctica/Troll", "Asia/Gaza",
        "America/Caracas",   "Pacific/Kiritimati", "Africa/Monrovia",  "Asia/Dhaka",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct zone *z = open_zone(names[i]);
        setenv("TZ", names[i], 1);
        tzset();
        int64_t step = 9 * 86400 + 3600;
        for (int64_t t = INT64_C(-2145916800); t < INT64_C(13569465600); t += step) {
            struct tm tm;
            time_t at = (time_t)t;
            localtime_r(&at, &tm);
            long expected = tm.tm_gmtoff >= 0 ? tm.tm_gmtoff / 60 : (tm.tm_gmtoff - 59) / 60;
            if (zone_offset(z, t) != expected) {
                fail_msg("%s at %lld: %d, not %ld", names[i], (long long)t, zone_offset(z, t),
                         expected);
            }
            if (t > 1640995200 && t < 1704067200) {
                step = 3599;
            } else {
                step = 9 * 86400 + 3600;
            }
        }
        zone_free(z);
    }
    unsetenv("TZ");
    tzset();
}

static int open_each(void *arg, const struct file_entry *e) {
    size_t *count = arg;
    struct zone *z = NULL;
    struct error err;
    if (e->path[0] < 'A' || e->path[0] > 'Z' || strchr(e->path, '.') != NULL ||
        strcmp(e->path, "SECURITY") == 0) {
        return 0; /* tables, "posix/" and "right/" */
    }
    if (zone_open(&z, e->path, &err) != 0) {
        fail_msg("%s", err.text);
    }
    zone_free(z);
    ++*count;
    return 0;
}

static void reads_every_zone_there_is(void **state) {
    (void)state;
    size_t count = 0;
    assert_int_equal(file_walk("/usr/share/zoneinfo", 10000, open_each, &count, NULL), 0);
    assert_true(count > 300);
}

static void survives_broken_files(void **state) {
    (void)state;
    struct buf file;
    struct zone *z = NULL;
    buf_init(&file, 65536);
    assert_int_equal(file_read(&file, "/usr/share/zoneinfo/Europe/Berlin", true, NULL), 0);
    for (size_t n = 0; n < file.len; n++) { /* cut anywhere; an exact copy, for ASan */
        char *part = malloc(n + 1);
        memcpy(part, file.data, n);
        char *exact = realloc(part, n > 0 ? n : 1);
        assert_int_equal(zone_read(&z, "x", exact, n, NULL), -1);
        assert_null(z);
        free(exact);
    }
    for (size_t i = 0; i < file.len; i++) { /* and changed anywhere */
        static const char values[] = {0, 1, 127, (char)128, (char)255};
        char kept = file.data[i];
        for (size_t v = 0; v < sizeof values; v++) {
            file.data[i] = values[v];
            if (zone_read(&z, "x", file.data, file.len, NULL) == 0) {
                (void)zone_offset(z, 0);
                (void)zone_offset(z, INT64_MAX);
                (void)zone_offset(z, INT64_MIN);
                zone_free(z);
            }
        }
        file.data[i] = kept;
    }
    assert_int_equal(zone_read(&z, "x", "", 0, NULL), -1);
    buf_free(&file);
}

static void reads_rules(void **state) {
    (void)state;
    struct zone_rule r;
    static const char *const good[] = {
        "UTC0",
        "<+06>-6",
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "EST5EDT,M3.2.0,M11.1.0",
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        "EST5EDT,0/0,J365/25",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "AAA3:30:15BBB-4,J60/1:02:03,365/167",
    };
    static const char *const bad[] = {
        "",
        "U0",
        "UTC",
        "UTC27",
        "UTC0x",
        "CET-1CEST",
        "CET-1CEST,M3.5.0",
        "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,M3.5.0,M10.5.0/168",
        "CET-1CEST,J0,J365",
        "CET-1CEST,J1,J366",
        "CET-1CEST,366,1",
        "CET-1CEST,M3.5.0,M10.5.0,",
        "<CET-1",
        "<>-1",
        "CET-1CEST,M3.5.0,M10.5.0/",
        "CET-1:60",
        "CET--1",
        "CET0001",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(zone_rule_parse(&r, good[i]), 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (zone_rule_parse(&r, bad[i]) != -1) {
            fail_msg("%s was taken", bad[i]);
        }
    }
    assert_int_equal(zone_rule_parse(&r, "EST5EDT,0/0,J365/25"), 0); /* summer all year */
    for (int64_t t = 1640995200; t < 1704067200; t += 3600) {
        assert_int_equal(zone_rule_offset(&r, t), -240);
    }
    assert_int_equal(zone_rule_parse(&r, "AAA0BBB,J59,J61"), 0); /* 28 February to 2 March */
    assert_int_equal(zone_rule_offset(&r, utc("2024-02-29T12:00:00Z")), 60);
    assert_int_equal(zone_rule_offset(&r, utc("2024-03-02T00:59:59Z")), 60);
    assert_int_equal(zone_rule_offset(&r, utc("2024-03-02T01:00:00Z")), 0);
    assert_int_equal(zone_rule_offset(&r, utc("2023-03-02T00:59:59Z")), 60);
    assert_int_equal(zone_rule_offset(&r, utc("2023-02-28T01:59:59Z")), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_offsets),
        cmocka_unit_test(civil_times_become_utc),
        cmocka_unit_test(refuses_bad_names),
        cmocka_unit_test(agrees_with_libc),
        cmocka_unit_test(reads_every_zone_there_is),
        cmocka_unit_test(survives_broken_files),
        cmocka_unit_test(reads_rules),
    };
    return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
