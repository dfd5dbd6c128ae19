#include "web/ghost_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1709251200 /* 2024-03-01 */ };

static void put_value(char *out, size_t size, const struct query_value *v) {
    size_t n = strlen(out);
    if (v->kind == QUERY_NULL)
        snprintf(out + n, size - n, " null");
    else if (v->kind == QUERY_NUMBER)
        snprintf(out + n, size - n, " %lld", (long long)v->number);
    else
        snprintf(out + n, size - n, " '%s'", v->text);
}

/* "(and [slug is 'a'] [tag not is 'x'])" */
static void put_node(char *out, size_t size, const struct query_where *w, int at) {
    static const char *const columns[] = {"id",      "slug",        "name",        "updated",
                                          "count",   "published",   "created",     "featured",
                                          "minutes", "description", "cover",       "tag",
                                          "author",  "first_tag",   "first_author"};
    static const char *const tests[] = {"is", "<", "<=", ">", ">=", "holds", "starts", "ends"};
    const struct query_node *n = &w->nodes[at];
    size_t len = strlen(out);
    switch (n->kind) {
    case QUERY_TERM:
        snprintf(out + len, size - len, "[%s %s%s", columns[n->column], n->negated ? "not " : "",
                 tests[n->test]);
        for (int i = 0; i < n->count; i++)
            put_value(out, size, &w->values[n->first + i]);
        strcat(out, "]");
        return;
    case QUERY_AND:
    case QUERY_OR:
        strcat(out, n->kind == QUERY_AND ? "(and " : "(or ");
        put_node(out, size, w, n->left);
        strcat(out, " ");
        put_node(out, size, w, n->right);
        strcat(out, ")");
        return;
    case QUERY_ALWAYS:
        strcat(out, "always");
        return;
    case QUERY_NEVER:
        strcat(out, "never");
        return;
    }
}

/* What a filter is read as, or why it is not. */
static const char *read_as(enum query_from from, const char *text) {
    static char out[65536];
    struct ghost_filter f;
    struct error err = {0};
    *out = '\0';
    if (ghost_filter_read(&f, from, text, strlen(text), NOW, &err) != 0)
        snprintf(out, sizeof out, "error: %s", err.text);
    else if (f.where.root < 0)
        strcpy(out, "all");
    else
        put_node(out, sizeof out, &f.where, f.where.root);
    ghost_filter_free(&f);
    return out;
}

static void same(enum query_from from, const char *text, const char *want) {
    assert_string_equal(read_as(from, text), want);
}

static void test_terms(void **state) {
    (void)state;
    same(QUERY_POSTS, "", "all");
    same(QUERY_POSTS, "  \t ", "all");
    same(QUERY_POSTS, "slug:a", "[slug is 'a']");
    same(QUERY_POSTS, "SLUG:a-B_c.d~e", "[slug is 'a-B_c.d~e']");
    same(QUERY_POSTS, "slug:-a", "[slug not is 'a']");
    same(QUERY_POSTS, "slug:[a,b, 'c d']", "[slug is 'a' 'b' 'c d']");
    same(QUERY_POSTS, "slug:-[a]", "[slug not is 'a']");
    same(QUERY_POSTS, "title:'it\\'s, (so) + \\\"'", "[name is 'it's, (so) + \"']");
    same(QUERY_POSTS, "title:''", "[name is '']");
    same(QUERY_POSTS, "title:\\'a\\+b", "[name is ''a+b']");
    same(QUERY_POSTS, "title:a\\b", "[name is 'a\\b']");
    same(QUERY_POSTS, "title:null", "[name is null]");
    same(QUERY_POSTS, "title:'null'", "[name is 'null']");
    same(QUERY_POSTS, "title:nullable", "[name is 'nullable']");
    same(QUERY_POSTS, "title:123", "[name is '123']");
    same(QUERY_POSTS, "title:~'x'", "[name holds 'x']");
    same(QUERY_POSTS, "title:-~^x", "[name not starts 'x']");
    same(QUERY_POSTS, "title:~$'x y'", "[name ends 'x y']");
    same(QUERY_POSTS, "featured:true", "[featured is 1]");
    same(QUERY_POSTS, "featured:-FALSE", "[featured not is 0]");
    same(QUERY_POSTS, "reading_time:>=3", "[minutes >= 3]");
    same(QUERY_POSTS, "feature_image:-null", "[cover not is null]");
    same(QUERY_POSTS, "tags.slug:x", "[tag is 'x']");
    same(QUERY_POSTS, "primary_author:-[x,y]", "[first_author not is 'x' 'y']");
    same(QUERY_TAGS, "count.posts:>2", "[count > 2]");
    same(QUERY_AUTHORS, "name:a", "[name is 'a']");
}

static void test_times(void **state) {
    (void)state;
    same(QUERY_POSTS, "published_at:>2024-03-01", "[published > 1709251200]");
    same(QUERY_POSTS, "published_at:<='2024-03-01 00:00:05'", "[published <= 1709251205]");
    same(QUERY_POSTS, "published_at:<'2024-03-01T02:00:00.000+02:00'", "[published < 1709251200]");
    same(QUERY_POSTS, "updated_at:>2024-03-01T00:00:00.000Z", "[updated > 1709251200]");
    same(QUERY_POSTS, "published_at:>now-1d", "[published > 1709164800]");
    same(QUERY_POSTS, "published_at:>now-2w", "[published > 1708041600]");
    same(QUERY_POSTS, "published_at:<now+90s", "[published < 1709251290]");
    same(QUERY_POSTS, "published_at:<now+3m+slug:a",
         "(and [published < 1709251380] [slug is 'a'])");
    same(QUERY_POSTS, "published_at:>now-1M", "[published > 1706745600]");
    same(QUERY_POSTS, "published_at:>now-1y", "[published > 1677628800]");
    same(QUERY_POSTS, "created_at:null", "[created is null]");
    assert_true(strncmp(read_as(QUERY_POSTS, "published_at:>2024"), "error: ", 7) == 0);
    assert_true(strncmp(read_as(QUERY_POSTS, "published_at:>2024-02-30"), "error: ", 7) == 0);
    assert_true(strncmp(read_as(QUERY_POSTS, "published_at:>now"), "error: ", 7) == 0);
    assert_true(strncmp(read_as(QUERY_POSTS, "published_at:>now-99999999999999999999d"),
                        "error: ", 7) == 0);
    (void)read_as(QUERY_POSTS, "published_at:>now-1000000000y,published_at:<now+1000000000M");
}

static void test_joined(void **state) {
    (void)state;
    same(QUERY_POSTS, "slug:a+slug:b,slug:c",
         "(or (and [slug is 'a'] [slug is 'b']) [slug is 'c'])");
    same(QUERY_POSTS, "slug:a,slug:b+slug:c",
         "(or [slug is 'a'] (and [slug is 'b'] [slug is 'c']))");
    same(QUERY_POSTS, "(slug:a,slug:b)+slug:c",
         "(and (or [slug is 'a'] [slug is 'b']) [slug is 'c'])");
    same(QUERY_POSTS, "slug:a slug:b", "(and [slug is 'a'] [slug is 'b'])");
    same(QUERY_POSTS, " ( slug:a ) + slug:b ", "(and [slug is 'a'] [slug is 'b'])");
}

static void test_constants(void **state) {
    (void)state;
    same(QUERY_POSTS, "visibility:public", "always");
    same(QUERY_POSTS, "visibility:-public", "never");
    same(QUERY_POSTS, "visibility:[members,public]", "always");
    same(QUERY_POSTS, "visibility:public+slug:a", "[slug is 'a']");
    same(QUERY_POSTS, "slug:a+visibility:paid", "never");
    same(QUERY_POSTS, "slug:a,visibility:paid", "[slug is 'a']");
    same(QUERY_POSTS, "slug:a,status:published", "always");
    same(QUERY_POSTS, "page:false+type:post+slug:a", "[slug is 'a']");
    same(QUERY_PAGES, "page:false", "never");
    same(QUERY_TAGS, "feature_image:null", "always");
}

static void test_refused(void **state) {
    static const char *const bad[] = {":",
                                      "slug",
                                      "slug:",
                                      "slug:a+",
                                      "slug:a,",
                                      "+slug:a",
                                      ",",
                                      "()",
                                      "(",
                                      ")",
                                      "(slug:a",
                                      "slug:a)",
                                      "slug:[",
                                      "slug:[]",
                                      "slug:[a",
                                      "slug:[a,]",
                                      "slug:'a",
                                      "slug:'",
                                      "slug:\"a\"",
                                      "slug:--a",
                                      "slug:>-1",
                                      "slug:><a",
                                      "slug:>[a]",
                                      "slug:~[a]",
                                      "slug:~",
                                      "slug:~''",
                                      "slug: + slug:a",
                                      "nothing:a",
                                      "html:a",
                                      "p.slug:a",
                                      "slug;a",
                                      "slug=a",
                                      "1slug:a",
                                      "tag:~x",
                                      "tag:>x",
                                      "featured:2",
                                      "featured:>true",
                                      "id:>1",
                                      "count.posts:1",
                                      "feature_image:x",
                                      "reading_time:x",
                                      "reading_time:-1x",
                                      "visibility:>public",
                                      "name:a",
                                      "slug:a b",
                                      "-slug:a",
                                      "-(slug:a)",
                                      "a_name_that_is_far_longer_than_any_field_is:a"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (strncmp(read_as(QUERY_POSTS, bad[i]), "error: ", 7) != 0)
            fail_msg("%s was read as %s", bad[i], read_as(QUERY_POSTS, bad[i]));
    same(QUERY_POSTS, "slug:a+nobody:b",
         "error: \"nobody\" is no field that filters know, at character 8 of the filter");
}

/* "open" n times, then text, then "close" n times */
static char *repeated(const char *open, size_t n, const char *text, const char *close) {
    char *out = calloc(1, n * (strlen(open) + strlen(close)) + strlen(text) + 1);
    assert_non_null(out);
    for (size_t i = 0; i < n; i++)
        strcat(out, open);
    strcat(out, text);
    for (size_t i = 0; i < n; i++)
        strcat(out, close);
    return out;
}

static bool is_read(char *text) {
    bool good = strncmp(read_as(QUERY_POSTS, text), "error: ", 7) != 0;
    free(text);
    return good;
}

static void test_bounds(void **state) {
    (void)state;
    assert_true(is_read(repeated("(", 16, "slug:a", ")")));
    assert_false(is_read(repeated("(", 17, "slug:a", ")")));
    assert_false(is_read(repeated("(", 8000, "", "")));
    assert_true(is_read(repeated("slug:a+", 31, "slug:a", "")));
    assert_false(is_read(repeated("slug:a,", 32, "slug:a", "")));
    assert_true(is_read(repeated("", 199, "slug:[a", ",a")) == false); /* no end */
    char *list = repeated("", 199, "slug:[a", ",b");
    list = realloc(list, strlen(list) + 2);
    strcat(list, "]");
    assert_true(is_read(list));
    list = repeated("", 200, "slug:[a", ",b");
    list = realloc(list, strlen(list) + 2);
    strcat(list, "]");
    assert_false(is_read(list));
    assert_true(is_read(repeated("x", 0, "slug:a", "")));
    char *longest = repeated("", GHOST_FILTER_MAX - 5, "slug:", "a");
    assert_true(is_read(longest));
    assert_false(is_read(repeated("", GHOST_FILTER_MAX - 4, "slug:", "a")));
}

static void test_in_order(void **state) {
    struct ghost_filter f;
    struct error err = {0};
    (void)state;
    const char *text = "visibility:public+(featured:true,slug:[b,a])";
    assert_int_equal(ghost_filter_read(&f, QUERY_POSTS, text, strlen(text), NOW, &err), 0);
    assert_true(f.in_order >= 0);
    assert_int_equal(f.where.nodes[f.in_order].count, 2);
    ghost_filter_free(&f);
    text = "slug:-[b,a]+slug:c";
    assert_int_equal(ghost_filter_read(&f, QUERY_POSTS, text, strlen(text), NOW, &err), 0);
    assert_int_equal(f.in_order, -1);
    ghost_filter_free(&f);
}

static void test_ids(void **state) {
    static const int64_t ids[] = {0, 1, 255, INT64_MAX};
    char text[GHOST_ID_SIZE];
    int64_t id;
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        ghost_id_write(text, GHOST_POST, ids[i]);
        assert_int_equal(strlen(text), 24);
        assert_true(ghost_id_read(&id, GHOST_POST, text, 24));
        assert_true(id == ids[i]);
        assert_true(ghost_id_read(&id, GHOST_LIST, text, 24));
        assert_int_equal(id, -1);
    }
    assert_true(ghost_hash("bob") < -1 && ghost_hash("bob") == ghost_hash("bob"));
    ghost_id_write(text, GHOST_LIST, ghost_hash("bob"));
    assert_true(ghost_id_read(&id, GHOST_LIST, text, 24));
    assert_true(id == ghost_hash("bob"));
    assert_true(ghost_id_read(&id, GHOST_POST, text, 24));
    assert_int_equal(id, -1);
    assert_true(ghost_id_read(&id, GHOST_POST, "ffffffffffffffffffffffff", 24));
    assert_int_equal(id, -1);
    assert_true(ghost_id_read(&id, GHOST_POST, "706c7401ffffffffffffffff", 24));
    assert_int_equal(id, -1);
    assert_true(ghost_id_read(&id, GHOST_LIST, "706c7404ffffffffffffffff", 24));
    assert_int_equal(id, -1);
    assert_false(ghost_id_read(&id, GHOST_POST, "706c7401000000000000000", 23));
    assert_false(ghost_id_read(&id, GHOST_POST, "706c740100000000000000zz", 24));
    same(QUERY_POSTS, "id:706c7401000000000000000a", "[id is 10]");
    same(QUERY_POSTS, "id:-1", "[id not is -1]");
    same(QUERY_POSTS, "tags.id:706c7401000000000000000a", "[tag is -1]");
}

static void test_orders(void **state) {
    enum query_column c;
    (void)state;
    assert_int_equal(ghost_order_column(QUERY_POSTS, "Published_At", 12, &c), 0);
    assert_int_equal(c, QUERY_PUBLISHED);
    assert_int_equal(ghost_order_column(QUERY_TAGS, "count.posts", 11, &c), 0);
    assert_int_equal(c, QUERY_COUNT);
    static const char *const none[] = {"",        "tag", "visibility", "published_at; --",
                                       "body_id", "name"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(ghost_order_column(QUERY_POSTS, none[i], strlen(none[i]), &c), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms),    cmocka_unit_test(test_times),
        cmocka_unit_test(test_joined),   cmocka_unit_test(test_constants),
        cmocka_unit_test(test_refused),  cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_in_order), cmocka_unit_test(test_ids),
        cmocka_unit_test(test_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
