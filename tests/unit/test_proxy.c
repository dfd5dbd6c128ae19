/* Who asks, when a proxy stands in front. */
#include "http/proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct proxy_list *list(const char *const *texts) {
    struct proxy_list *l = NULL;
    struct error err = {0};
    if (proxy_list_new(&l, texts, &err) != 0)
        fail_msg("%s", err.text);
    return l;
}

static void networks(void **state) {
    (void)state;
    const char *const texts[] = {"10.0.0.0/8", "192.168.1.7", "fd00::/9", "::1", NULL};
    struct proxy_list *l = list(texts);
    static const struct {
        const char *address;
        bool trusted;
    } cases[] = {{"10.1.2.3", true},     {"11.0.0.1", false},  {"192.168.1.7", true},
                 {"192.168.1.8", false}, {"fd7f::1", true},    {"fd80::1", false},
                 {"::1", true},          {"::2", false},       {"::ffff:10.9.9.9", true},
                 {"unix", false},        {"10.0.0.1 ", false}, {"", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (proxy_trusted(l, cases[i].address) != cases[i].trusted)
            fail_msg("%s", cases[i].address);
    proxy_list_free(l);
    const char *const all[] = {"0.0.0.0/0", "unix", NULL};
    l = list(all);
    assert_true(proxy_trusted(l, "8.8.8.8"));
    assert_true(proxy_trusted(l, "unix"));
    assert_false(proxy_trusted(l, "2001:db8::1"));
    proxy_list_free(l);
    assert_false(proxy_trusted(NULL, "10.0.0.1"));
}

static void bad_lists(void **state) {
    (void)state;
    static const char *const bad[] = {"",          "localhost",   "10.0.0",     "10.0.0.0/33",
                                      "::/129",    "10.0.0.0/",   "10.0.0.0/x", "10.0.0.0/-1",
                                      "/8",        "10.0.0.1 ",   "fe80::1%lo", "::1/64/64",
                                      "300.0.0.1", "unix:/a/sock"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *const texts[] = {"10.0.0.1", bad[i], NULL};
        struct proxy_list *l = NULL;
        struct error err = {0};
        if (proxy_list_new(&l, texts, &err) == 0)
            fail_msg("\"%s\" is taken", bad[i]);
        assert_non_null(strstr(err.text, "10.0.0.0/8"));
    }
}

static void clients(void **state) {
    (void)state;
    const char *const texts[] = {"10.0.0.0/8", "unix", NULL};
    struct proxy_list *l = list(texts);
    static const struct {
        const char *peer, *forwarded, *client;
    } cases[] = {
        {"10.0.0.1", "203.0.113.9", "203.0.113.9"},
        {"unix", "2001:db8::7", "2001:db8::7"},
        {"10.0.0.1", NULL, "10.0.0.1"},
        {"10.0.0.1", "", "10.0.0.1"},
        {"10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"}, /* the left is the reader's own */
        {"10.0.0.1", "1.1.1.1,203.0.113.9 , 10.2.2.2", "203.0.113.9"}, /* two proxies */
        {"10.0.0.1", "10.3.3.3, 10.2.2.2", "10.3.3.3"},
        {"10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"},
        {"10.0.0.1", "203.0.113.9,", "10.0.0.1"},
        {"10.0.0.1", "unix", "10.0.0.1"},
        {"198.51.100.1", "203.0.113.9", "198.51.100.1"}, /* no proxy of ours */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char client[64];
        snprintf(client, sizeof client, "%s", cases[i].peer);
        proxy_client(l, cases[i].forwarded, client, sizeof client);
        assert_string_equal(client, cases[i].client);
    }
    proxy_list_free(l);
}

/* A header of nothing but proxies costs a bounded number of steps. */
static void many_hops(void **state) {
    (void)state;
    const char *const texts[] = {"10.0.0.0/8", NULL};
    struct proxy_list *l = list(texts);
    char header[8192] = "", client[64] = "10.0.0.1";
    for (size_t i = 0; i < 700; i++)
        strcat(header, "10.1.1.1,");
    strcat(header, "10.1.1.1");
    proxy_client(l, header, client, sizeof client);
    assert_string_equal(client, "10.1.1.1");
    proxy_list_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks),
        cmocka_unit_test(bad_lists),
        cmocka_unit_test(clients),
        cmocka_unit_test(many_hops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
