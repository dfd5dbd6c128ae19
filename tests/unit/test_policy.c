/* The policy of pages: narrow where nothing is needed, never wider than its table. */
#include "web/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *settings, const char *html, const char *has, const char *hasnt) {
    struct snapshot site = {0};
    struct buf b;
    buf_init(&b, 8192);
    assert_int_equal(json_read(&site.settings, settings, strlen(settings), NULL), 0);
    policy_write(&b, &site, policy_needs(html, strlen(html)));
    if (has != NULL && strstr(buf_str(&b), has) == NULL)
        fail_msg("%s: no %s", buf_str(&b), has);
    if (hasnt != NULL && strstr(buf_str(&b), hasnt) != NULL)
        fail_msg("%s: %s", buf_str(&b), hasnt);
    json_decref(site.settings);
    buf_free(&b);
}

static void as_needed(void **state) {
    (void)state;
    check("{}", "<p>x</p>", "default-src 'none'; script-src 'self'; ", "unsafe-inline");
    check("{}", "<p>x</p>", NULL, "frame-src");
    check("{}", "<p>x</p>", NULL, "media-src");
    check("{}", "<iframe src=x>", "; frame-src https:", NULL);
    check("{}", "<video><audio>", "; media-src *; font-src", NULL);
    check("{}", "<audio>", "; media-src *; font-src", NULL);
    check("{}", "<p style=\"x\">", "; style-src-attr 'unsafe-inline'; ", NULL);
    check("{}", "<code>&lt;p style=&quot;</code>", NULL, "unsafe-inline");
}

static void widened(void **state) {
    (void)state;
    check("{\"params\":{\"csp\":{\"script-src\":\"https://a.org\"}}}", "",
          "script-src 'self' https://a.org; ", NULL);
    check("{\"params\":{\"csp\":{\"frame-ancestors\":\"https://a.org\"}}}", "",
          "; frame-ancestors https://a.org", "frame-ancestors 'none'");
    check("{\"params\":{\"csp\":{\"frame-src\":\"https://a.org\"}}}", "",
          "; frame-src https://a.org;", NULL);
    check("{\"params\":{\"csp\":{\"img-src\":\"x; script-src *\"}}}", "", NULL, "script-src *");
    check("{\"params\":{\"csp\":{\"img-src\":\"x\\r\\nSet-Cookie: a\"}}}", "", NULL, "Set-Cookie");
    check("{\"params\":{\"csp\":\"*\"}}", "", "script-src 'self';", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_needed), cmocka_unit_test(widened)};
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
