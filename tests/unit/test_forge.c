/* Where a repository's files are changed on its host. */
#include "ingest/forge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void edits(void **state) {
    static const struct {
        const char *repo, *branch, *expected;
    } cases[] = {
        {"https://github.com/you/blog.git", "main", "https://github.com/you/blog/edit/main/"},
        {"https://github.com/you/blog", "", "https://github.com/you/blog/edit/HEAD/"},
        {"https://token@GitHub.com/you/blog/", "a b/c",
         "https://github.com/you/blog/edit/a%20b/c/"},
        {"git@github.com:you/blog.git", "main", "https://github.com/you/blog/edit/main/"},
        {"ssh://git@ssh.github.com:443/you/blog.git", "main",
         "https://github.com/you/blog/edit/main/"},
        {"https://gitlab.com/group/deep/blog.git", "main",
         "https://gitlab.com/group/deep/blog/-/edit/main/"},
        {"ssh://git@altssh.gitlab.com:443/you/blog.git", "",
         "https://gitlab.com/you/blog/-/edit/HEAD/"},
        {"https://gitlab.example.org/you/blog", "main",
         "https://gitlab.example.org/you/blog/-/edit/main/"},
        {"http://gitlab.localhost:8080/you/blog", "main",
         "http://gitlab.localhost:8080/you/blog/-/edit/main/"},
        {"ssh://git@gitea.example.org:2222/you/blog.git", "main",
         "https://gitea.example.org/you/blog/_edit/main/"},
        {"https://codeberg.org/you/blog.git", "pages",
         "https://codeberg.org/you/blog/_edit/pages/"},
        {"https://bitbucket.org/you/blog.git", "main", "https://bitbucket.org/you/blog/src/main/"},
        /* which of them knows not its own default branch, and what is no host we know */
        {"https://codeberg.org/you/blog.git", "", ""},
        {"https://git.example.org/you/blog.git", "main", ""},
        {"https://github.com.example.org/you/blog", "main", ""},
        {"https://notgithub.com/you/blog", "main", ""},
        {"https://github.com/blog", "main", ""},
        {"https://github.com/you/../blog", "main", ""},
        {"/srv/git/github.com/you/blog.git", "main", ""},
        {"../github.com/you/blog", "main", ""},
        {"https://github.com/you/b\"log", "main", ""},
        {"", "main", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf b;
        buf_init(&b, 4096);
        assert_int_equal(forge_edit(&b, cases[i].repo, cases[i].branch), 0);
        assert_string_equal(buf_str(&b), cases[i].expected);
        buf_free(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(edits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
