#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Vectors: FIPS 180-2 appendix B for SHA-256; `git hash-object` for blobs. */
static void sha256(void **state) {
    (void)state;
    char hex[DIGEST_SHA256_HEX];
    digest_sha256_hex(hex, "abc", 3);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_sha256_hex(hex, "", 0);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void blobs_have_gits_ids(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *oid;
    } rows[] = {
        {"", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"},
        {"hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"},
        {"what is up, doc?", "bd9dbf5aae1a3862dd1526723246b20206e5fc37"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char oid[DIGEST_OID_HEX];
        size_t n = strlen(rows[i].text);
        digest_blob_oid(oid, rows[i].text, n);
        assert_string_equal(oid, rows[i].oid);
        for (size_t cut = 0; cut <= n; cut++) { /* in two steps, cut anywhere */
            struct digest_blob *d = digest_blob_new(n);
            digest_blob_update(d, rows[i].text, cut);
            digest_blob_update(d, rows[i].text + cut, n - cut);
            memset(oid, 'x', sizeof oid);
            digest_blob_finish(d, oid);
            assert_string_equal(oid, rows[i].oid);
        }
    }
    digest_blob_finish(NULL, NULL);
}

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

/* Every single bit of a text, and every length, has a tag of its own, and halves of tags differ, too. */
static void tags(void **state) {
    (void)state;
    enum { BYTES = 100, COUNT = BYTES * 8 + BYTES };
    static char all[COUNT][DIGEST_TAG_HEX];
    char text[BYTES] = "";
    size_t n = 0;
    for (size_t bit = 0; bit < (size_t)BYTES * 8; bit++) {
        text[bit / 8] = (char)(1 << bit % 8);
        digest_tag_hex(all[n++], text, sizeof text);
        text[bit / 8] = 0;
    }
    for (size_t len = 0; len < BYTES; len++)
        digest_tag_hex(all[n++], text, len);
    qsort(all, n, sizeof all[0], by_text);
    for (size_t i = 1; i < n; i++) {
        assert_int_equal(strlen(all[i]), 32);
        assert_int_not_equal(strncmp(all[i], all[i - 1], 16), 0);
    }
    for (size_t i = 0; i < n; i++)
        memmove(all[i], all[i] + 16, 17);
    qsort(all, n, sizeof all[0], by_text);
    for (size_t i = 1; i < n; i++)
        assert_string_not_equal(all[i], all[i - 1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags),
        cmocka_unit_test(sha256),
        cmocka_unit_test(blobs_have_gits_ids),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
