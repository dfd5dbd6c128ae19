#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NO_ZONE 9999

/* What a text is read as: RFC 3339 of the civil time, and the offset in minutes. */
static const struct {
    const char *text;
    const char *civil;
    int offset;
} good[] = {
    {"2022-09-10", "2022-09-10", NO_ZONE},
    {"2022-9-1", "2022-09-01", NO_ZONE},
    {"2022/09/10", "2022-09-10", NO_ZONE},
    {"2022/9/1", "2022-09-01", NO_ZONE},
    {"2022.09.10", "2022-09-10", NO_ZONE},
    {"20220910", "2022-09-10", NO_ZONE},
    {"  2022-09-10\t\n", "2022-09-10", NO_ZONE},
    {"2022-09-10 12:30", "2022-09-10T12:30:00", NO_ZONE},
    {"2022-09-10T12:30", "2022-09-10T12:30:00", NO_ZONE},
    {"2022-09-10t12:30:45z", "2022-09-10T12:30:45", 0},
    {"2022-09-10 9:05", "2022-09-10T09:05:00", NO_ZONE},
    {"2022-09-10T12:30:45", "2022-09-10T12:30:45", NO_ZONE},
    {"2022-09-10T12:30:45Z", "2022-09-10T12:30:45", 0},
    {"2022-09-10T12:30:45.123456789Z", "2022-09-10T12:30:45", 0},
    {"2022-09-10T12:30:45,5Z", "2022-09-10T12:30:45", 0},
    {"2022-09-10T12:30:45+06:00", "2022-09-10T12:30:45", 360},
    {"2022-09-10T12:30:45.000-03:30", "2022-09-10T12:30:45", -210},
    {"2022-09-10T12:30:45+0545", "2022-09-10T12:30:45", 345},
    {"2022-09-10 12:30:45 +06", "2022-09-10T12:30:45", 360},
    {"2022-09-10 12:30:45 +6", "2022-09-10T12:30:45", 360},
    {"2022-09-10 12:30 +0600", "2022-09-10T12:30:00", 360},
    {"2022-09-10 12:30:45 UTC", "2022-09-10T12:30:45", 0},
    {"2022-09-10 12:30:45 GMT", "2022-09-10T12:30:45", 0},
    {"2022-09-10 12:30:45 +0000 UTC", "2022-09-10T12:30:45", 0},
    {"2022-09-10 12:30:45 +0200 CEST", "2022-09-10T12:30:45", 120},
    {"2022-09-10 12:30:45 +0600 +06", "2022-09-10T12:30:45", 360},
    {"2022-09-10 12:30:45.5 -0700 MST", "2022-09-10T12:30:45", -420},
    {"2022-09-10T12:30:45+00:00", "2022-09-10T12:30:45", 0},
    {"2022-09-10T12:30:45-23:59", "2022-09-10T12:30:45", -1439},
    {"20220910T123045Z", "2022-09-10T12:30:45", 0},
    {"20220910T1230", "2022-09-10T12:30:00", NO_ZONE},
    {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59", 0},
    {"Sat, 10 Sep 2022 12:00:00 GMT", "2022-09-10T12:00:00", 0},
    {"Sat, 10 Sep 2022 12:00:00 +0600", "2022-09-10T12:00:00", 360},
    {"10 Sep 2022 12:00 +0600", "2022-09-10T12:00:00", 360},
    {"Saturday, 10-Sep-22 12:00:00 GMT", "2022-09-10T12:00:00", 0},
    {"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37", 0},
    {"Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37", NO_ZONE},
    {"September 10, 2022", "2022-09-10", NO_ZONE},
    {"september 9 2022", "2022-09-09", NO_ZONE},
    {"Sep 10 2022", "2022-09-10", NO_ZONE},
    {"Sept. 10, 2022", "2022-09-10", NO_ZONE},
    {"May 1, 2022", "2022-05-01", NO_ZONE},
    {"March 1st, 2022", "2022-03-01", NO_ZONE},
    {"Sat Sep 10, 2022", "2022-09-10", NO_ZONE},
    {"Saturday, September 10, 2022", "2022-09-10", NO_ZONE},
    {"10 September 2022", "2022-09-10", NO_ZONE},
    {"10. September 2022", NULL, 0}, /* a German ordinal: refused, not guessed at */
    {"2nd Jan 2006", "2006-01-02", NO_ZONE},
    {"2-Jan-2006", "2006-01-02", NO_ZONE},
    {"September 10, 2022 3:04 pm", "2022-09-10T15:04:00", NO_ZONE},
    {"September 10, 2022 at 3:04PM", "2022-09-10T15:04:00", NO_ZONE},
    {"2022-09-10 12:00 a.m.", "2022-09-10T00:00:00", NO_ZONE},
    {"2022-09-10 12:15 PM +0100", "2022-09-10T12:15:00", 60},
    {"0001-01-01", "0001-01-01", NO_ZONE},
    {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00", 0},
    {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59", 0},
    {"2024-02-29", "2024-02-29", NO_ZONE},
    {"2000-02-29", "2000-02-29", NO_ZONE},
};

/* What is refused, and words that the message must hold. */
static const struct {
    const char *text;
    const char *why;
} bad[] = {
    {"", "empty"},
    {"   ", "empty"},
    {"2023-02-30", "February 2023 has 28 days"},
    {"2023-02-29", "February 2023 has 28 days"},
    {"1900-02-29", "28 days"},
    {"2022-04-31", "April 2022 has 30 days"},
    {"2022-13-01", "no such month"},
    {"2022-00-10", "no such month"},
    {"2022-01-00", "31 days"},
    {"20221301", "no such month"},
    {"0000-01-01", "no year 0"},
    {"2022-09-10 25:00", "no such hour"},
    {"2022-09-10 24:00", "no such hour"},
    {"2022-09-10 12:60", "no such minute"},
    {"2022-09-10 12:30:61", "no such second"},
    {"2022-09-10 13:00 pm", "1 to 12"},
    {"2022-09-10 0:30 am", "1 to 12"},
    {"2022-09-10T12:30:45+24:00", "no such offset"},
    {"2022-09-10T12:30:45+05:75", "no such offset"},
    {"2022-09-10T12:30:45+", "offset"},
    {"2022-09-10T12:30:45+12345", "offset"},
    {"2022-09-10 12:30 CST", "offset"},
    {"2022-09-10 12", "time is not"},
    {"2022-09-10 12:3", "time is not"},
    {"2022-09-10 12:30:4", "seconds"},
    {"2022-09", "day is missing"},
    {"2022", "write it as"},
    {"2022-", "month is missing"},
    {"2022-09-", "day of the month is missing"},
    {"2022-09/10", "day is missing"},
    {"2022-09-101", "day of the month is missing"},
    {"03/04/2022", "taken for each other"},
    {"3.4.2022", "taken for each other"},
    {"yesterday", "month's name"},
    {"Foo 10 2022", "month's name"},
    {"Se 10 2022", "month's name"},
    {"Septembers 10 2022", "month's name"},
    {"Sep 10", "year"},
    {"Sep 10 122", "year"},
    {"10", "month's name"},
    {"10-Sep", "year"},
    {"1", "month's name"},
    {"Sep 1", "year"},
    {"Sep 1:", "time is not"},
    {"12345678901234567890", "write it as"},
    {"2022-09-10 or so", "follows"},
    {"2022-09-10T", "follows"},
    {"-2022-09-10", "write it as"},
    {"2022-09-10T12:30:45Zulu", "offset"},
    {"\xff\xfe", "write it as"},
    {"2022-09-10 12:30 \xc3\xa9", "follows"},
};

static void parses_what_authors_write(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct date d;
        struct error err = {0};
        char text[64];
        int rc = date_parse(&d, good[i].text, &err);
        if (good[i].civil == NULL) {
            assert_int_equal(rc, -1);
            continue;
        }
        if (rc != 0) {
            fail_msg("%s: %s", good[i].text, err.text);
        }
        int n = snprintf(text, sizeof text, "%04d-%02d-%02d", d.year, d.month, d.day);
        if (d.has_time) {
            snprintf(text + n, sizeof text - (size_t)n, "T%02d:%02d:%02d", d.hour, d.minute,
                     d.second);
        }
        assert_string_equal(text, good[i].civil);
        if (d.has_offset != (good[i].offset != NO_ZONE)) {
            fail_msg("%s: zone", good[i].text);
        }
        assert_int_equal(d.offset, good[i].offset == NO_ZONE ? 0 : good[i].offset);
    }
}

static void refuses_with_a_reason(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct date d = {.year = 7};
        struct error err = {0};
        if (date_parse(&d, bad[i].text, &err) == 0) {
            fail_msg("%s was taken", bad[i].text);
        }
        assert_int_equal(d.year, 7); /* untouched */
        if (strstr(err.text, bad[i].why) == NULL) {
            fail_msg("%s: %s", bad[i].text, err.text);
        }
        assert_int_equal(date_parse(&d, bad[i].text, NULL), -1);
    }
}

/* A long text is quoted in part, whole characters only. */
static void message_is_bounded(void **state) {
    (void)state;
    char text[1000];
    struct date d;
    struct error err;
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'x', sizeof text);
        for (size_t i = shift; i + 2 < sizeof text; i += 2) {
            memcpy(text + i, "\xc3\xa9", 2);
        }
        text[sizeof text - 1] = '\0';
        assert_int_equal(date_parse(&d, text, &err), -1);
        assert_true(strlen(err.text) < 160);
        assert_null(strstr(err.text, "\xc3..."));
        assert_non_null(strstr(err.text, "...\""));
    }
}

/* Every prefix and every one-byte change of a date is read or refused, never over-read. */
static void survives_mutations(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        size_t n = strlen(good[i].text);
        for (size_t cut = 0; cut <= n; cut++) {
            char *text = strndup(good[i].text, cut);
            struct date d;
            (void)!date_parse(&d, text, NULL);
            for (size_t at = 0; at < cut; at++) {
                static const char tries[] = "0:9-+T .ZazS\xff";
                char kept = text[at];
                for (size_t t = 0; t + 1 < sizeof tries; t++) {
                    text[at] = tries[t];
                    if (date_parse(&d, text, NULL) == 0) {
                        assert_in_range(d.month, 1, 12);
                        assert_in_range(d.day, 1, 31);
                        assert_true(d.hour >= 0 && d.hour < 24 && d.second < 60);
                        assert_true(d.offset > -1440 && d.offset < 1440);
                    }
                }
                text[at] = kept;
            }
            free(text);
        }
    }
}

static void counts_seconds(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        {"1970-01-01", 0},
        {"1969-12-31T23:59:59Z", -1},
        {"2022-09-10T12:00:00Z", 1662811200},
        {"2022-09-10T12:00:00+06:00", 1662789600},
        {"2000-02-29", 951782400},
        {"0001-01-01", INT64_C(-62135596800)},
        {"9999-12-31T23:59:59Z", INT64_C(253402300799)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct date d;
        assert_int_equal(date_parse(&d, rows[i].text, NULL), 0);
        assert_true(date_seconds(&d) == rows[i].seconds);
    }
}

/* Every day of 10,000 years there and back, against a plain count. */
static void calendar_is_whole(void **state) {
    (void)state;
    int64_t seconds = INT64_C(-62135596800);
    int weekday = 1; /* 0001-01-01 was a Monday */
    struct date before = {0};
    while (seconds < INT64_C(253402300800)) {
        struct date d = date_at(seconds + 86399, 0);
        assert_int_equal(d.hour * 3600 + d.minute * 60 + d.second, 86399);
        assert_true(date_seconds(&d) == seconds + 86399);
        assert_int_equal(date_weekday(&d), weekday);
        bool new_year = d.month == 1 && d.day == 1;
        assert_int_equal(date_yearday(&d), new_year ? 1 : date_yearday(&before) + 1);
        before = d;
        weekday = (weekday + 1) % 7;
        seconds += 86400;
    }
    assert_int_equal(before.year, 9999);
    struct date d = date_at(INT64_MAX, 1439);
    assert_int_equal(d.year, 9999);
    d = date_at(INT64_MIN, -1439);
    assert_int_equal(d.year, 1);
}

static const char *fixed(int (*print)(struct buf *, int64_t, int), int64_t seconds, int offset) {
    static char text[64];
    struct buf b;
    buf_init(&b, sizeof text - 1);
    assert_int_equal(print(&b, seconds, offset), 0);
    memcpy(text, buf_str(&b), b.len + 1);
    buf_free(&b);
    return text;
}

static int http(struct buf *out, int64_t seconds, int offset) {
    (void)offset;
    return date_http(out, seconds);
}

static void prints_fixed_forms(void **state) {
    (void)state;
    assert_string_equal(fixed(date_rfc3339, 1662811200, 0), "2022-09-10T12:00:00Z");
    assert_string_equal(fixed(date_rfc3339, 1662811200, 360), "2022-09-10T18:00:00+06:00");
    assert_string_equal(fixed(date_rfc3339, 1662811200, -210), "2022-09-10T08:30:00-03:30");
    assert_string_equal(fixed(http, 1662811200, 0), "Sat, 10 Sep 2022 12:00:00 GMT");
    assert_string_equal(fixed(http, 784111777, 0), "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_string_equal(fixed(date_rfc822, 1662811200, 0), "Sat, 10 Sep 2022 12:00:00 +0000");
    assert_string_equal(fixed(date_rfc822, 1662811200, 345), "Sat, 10 Sep 2022 17:45:00 +0545");
    struct buf small;
    buf_init(&small, 10);
    assert_int_equal(date_rfc3339(&small, 0, 0), -1);
    assert_int_equal(date_http(&small, 0), -1);
    assert_int_equal(date_layout(&small, "January 2, 2006", 0, 0), -1);
    buf_free(&small);
}

static void reads_http_dates(void **state) {
    (void)state;
    int64_t t = 0;
    static const char *const forms[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
                                        "Sunday, 06-Nov-94 08:49:37 GMT",
                                        "Sun Nov  6 08:49:37 1994"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(date_http_parse(&t, forms[i]), 0);
        assert_int_equal(t, 784111777);
    }
    static const char *const wrong[] = {
        "",   "0", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(date_http_parse(&t, wrong[i]), -1);
    }
}

static void prints_by_layout(void **state) {
    (void)state;
    static const struct {
        const char *layout;
        const char *text;
        int offset;
        int64_t seconds; /* 0: 2006-01-02T15:04:05Z plus 7 hours */
    } rows[] = {
        {"January 2, 2006", "January 2, 2006", 0, 0},
        {"Jan 2, 2006", "Jan 2, 2006", 0, 0},
        {"2 Jan 2006 15:04", "2 Jan 2006 15:04", -420, 0},
        {"Mon Jan _2 15:04:05 2006", "Mon Jan  2 15:04:05 2006", -420, 0},
        {"Monday, 02-Jan-06 15:04:05 MST", "Monday, 02-Jan-06 15:04:05 -0700", -420, 0},
        {"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05-07:00", -420, 0},
        {"2006-01-02T15:04:05Z07:00", "2006-01-02T22:04:05Z", 0, 0},
        {"2006-01-02 15:04:05.000 Z0700", "2006-01-02 22:04:05.000 Z", 0, 0},
        {"15:04:05.999999 -07", "15:04:05 -07", -420, 0},
        {"3:04PM 03:04pm", "3:04PM 03:04pm", -420, 0},
        {"3:04 PM", "12:00 AM", 0, 1662768000},
        {"3:04 pm", "12:00 pm", 0, 1662811200},
        {"2006.01.02", "2022.09.10", 0, 1662811200},
        {"02.01.2006", "10.09.2022", 0, 1662811200},
        {"1/2/06 4:5", "9/10/22 0:0", 0, 1662811200},
        {"002 __2 2006_2006", "253 253 2022_2022", 0, 1662811200},
        {"Janet Mondex Monday", "Janet Mondex Saturday", 0, 1662811200},
        {"MST", "UTC", 0, 1662811200},
        {"-07:00 -0700 -07", "+05:45 +0545 +0545", 345, 1662811200},
        {"no elements here", "no elements here", 0, 1662811200},
        {"\xe6\x97\xa5 2006\xe5\xb9\xb4", "\xe6\x97\xa5 2022\xe5\xb9\xb4", 0, 1662811200},
        {"", "", 0, 1662811200},
        {":date_long", "September 10, 2022", 0, 1662811200},
        {":date_full", "Saturday, September 10, 2022", 0, 1662811200},
        {"%Y-%m-%d %H:%M:%S", "2022-09-10 12:00:00", 0, 1662811200},
        {"%B %e, %Y", "September 10, 2022", 0, 1662811200},
        {"%e|%-d|%_d|%d|%-m|%j|%k", " 1|1| 1|01|1|001| 0", 0, 1640995200},
        {"%A %a %B %b %y %I %p %P", "Saturday Sat September Sep 22 12 PM pm", 0, 1662811200},
        {"%F %T %R %D", "2022-09-10 12:00:00 12:00 09/10/22", 0, 1662811200},
        {"%Z %z %:z", "UTC +0000 +00:00", 0, 1662811200},
        {"%z", "+0600", 360, 1662811200},
        {"100%% %Q %", "100% %Q %", 0, 1662811200},
        {"%%Y %-", "%Y %-", 0, 1662811200},
        {"2006 %Y", "2006 2022", 0, 1662811200},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b;
        int64_t seconds = rows[i].seconds != 0 ? rows[i].seconds : 1136239445;
        buf_init(&b, 200);
        assert_int_equal(date_layout(&b, rows[i].layout, seconds, rows[i].offset), 0);
        assert_string_equal(buf_str(&b), rows[i].text);
        struct date_form form;
        buf_clear(&b);
        date_form_read(&form, rows[i].layout);
        assert_int_equal(date_form_print(&b, &form, seconds, rows[i].offset), 0);
        assert_string_equal(buf_str(&b), rows[i].text);
        buf_free(&b);
    }
}

/* A layout of more parts than are kept is read each time. */
static void prints_by_long_layouts(void **state) {
    (void)state;
    static const char layout[] =
        "2006-01-02 2006-01-02 2006-01-02 2006-01-02 2006-01-02 2006-01-02";
    struct date_form form;
    struct buf b;
    buf_init(&b, 200);
    date_form_read(&form, layout);
    assert_int_equal(form.count, 0);
    assert_int_equal(date_form_print(&b, &form, 1662811200, 0), 0);
    assert_string_equal(buf_str(&b),
                        "2022-09-10 2022-09-10 2022-09-10 2022-09-10 2022-09-10 2022-09-10");
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_what_authors_write),
        cmocka_unit_test(refuses_with_a_reason),
        cmocka_unit_test(message_is_bounded),
        cmocka_unit_test(survives_mutations),
        cmocka_unit_test(counts_seconds),
        cmocka_unit_test(calendar_is_whole),
        cmocka_unit_test(prints_by_long_layouts),
        cmocka_unit_test(prints_fixed_forms),
        cmocka_unit_test(reads_http_dates),
        cmocka_unit_test(prints_by_layout),
    };
    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
