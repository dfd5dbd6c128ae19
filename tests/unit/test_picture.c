/* Pictures' headers: real small pictures, what is written by hand, and all of it cut short. */
#include "content/picture.h"

#include "base/text.h"
#include "content/document.h"
#include "content/html_images.h"
#include "content/renderer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Reads from a copy of exact size, so that a sanitizer sees one byte too many. */
static int look(struct picture *out, const void *bytes, size_t n, struct error *err) {
    char *copy = malloc(n > 0 ? n : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    int rc = picture_read(out, copy, n, err);
    free(copy);
    return rc;
}

static void is(const void *bytes, size_t n, const char *type, uint32_t width, uint32_t height) {
    struct picture p;
    struct error err = {0};
    int rc = look(&p, bytes, n, &err);
    if (rc != 0)
        print_error("%s: %s\n", type, err.text);
    assert_int_equal(rc, 0);
    assert_string_equal(p.type, type);
    assert_int_equal(p.width, width);
    assert_int_equal(p.height, height);
}

static void is_none(const void *bytes, size_t n, const char *why) {
    struct picture p;
    struct error err = {0};
    assert_int_equal(look(&p, bytes, n, &err), -1);
    if (strstr(err.text, why) == NULL)
        print_error("%s is not in: %s\n", why, err.text);
    assert_non_null(strstr(err.text, why));
}

/* ---- pictures that programs made ---- */

static const struct {
    const char *name, *type;
    uint32_t width, height;
} real[] = {{"small.png", "image/png", 31, 17},        {"baseline.jpg", "image/jpeg", 31, 17},
            {"progressive.jpg", "image/jpeg", 31, 17}, {"turned.jpg", "image/jpeg", 17, 31},
            {"flipped.jpg", "image/jpeg", 31, 17},     {"small.gif", "image/gif", 31, 17},
            {"lossy.webp", "image/webp", 31, 17},      {"lossless.webp", "image/webp", 31, 17},
            {"extended.webp", "image/webp", 31, 17},   {"still.avif", "image/avif", 31, 17},
            {"turned.avif", "image/avif", 17, 31}};

static size_t load(const char *name, char *bytes, size_t max) {
    char path[256];
    snprintf(path, sizeof path, "tests/fuzz/corpus/picture/%s", name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, max, f);
    fclose(f);
    return n;
}

static void real_ones(void **state) {
    (void)state;
    char bytes[4096];
    for (size_t i = 0; i < sizeof real / sizeof real[0]; i++) {
        size_t n = load(real[i].name, bytes, sizeof bytes);
        is(bytes, n, real[i].type, real[i].width, real[i].height);
    }
}

/* A file that is cut says so or has its size already: never another size. */
static void cut_anywhere(void **state) {
    (void)state;
    char bytes[4096];
    for (size_t i = 0; i < sizeof real / sizeof real[0]; i++) {
        size_t n = load(real[i].name, bytes, sizeof bytes);
        for (size_t k = 0; k < n; k++) {
            struct picture p;
            struct error err = {0};
            if (look(&p, bytes, k, &err) != 0) {
                assert_true(err.text[0] != '\0');
                continue;
            }
            assert_string_equal(p.type, real[i].type);
            assert_int_equal(p.width, real[i].width);
            assert_int_equal(p.height, real[i].height);
        }
    }
    is_none("", 0, "is empty");
    is_none("\x89PNG\r\n\x1a\n", 8, "ends before its size");
}

/* Every byte of every header as something else: any answer, but one. */
static void changed_anywhere(void **state) {
    (void)state;
    static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
    char bytes[4096];
    for (size_t i = 0; i < sizeof real / sizeof real[0]; i++) {
        size_t n = load(real[i].name, bytes, sizeof bytes);
        for (size_t k = 0; k < n; k++)
            for (size_t v = 0; v < sizeof values; v++) {
                char was = bytes[k];
                struct picture p;
                struct error err = {0};
                bytes[k] = (char)values[v];
                if (look(&p, bytes, n, &err) == 0)
                    assert_true(p.width > 0 && p.height > 0);
                else
                    assert_true(err.text[0] != '\0');
                bytes[k] = was;
            }
    }
}

/* ---- by hand ---- */

#define PNG_HEAD "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
#define OF(s) (s), sizeof(s) - 1

static void png(void **state) {
    (void)state;
    is(OF(PNG_HEAD "\0\0\x27\x10\0\0\x27\x10\x08\x06\0\0\0"), "image/png", 10000, 10000);
    is(OF(PNG_HEAD "\x7f\xff\xff\xff\0\0\0\x01"), "image/png", INT32_MAX, 1);
    is_none(OF(PNG_HEAD "\x80\0\0\0\0\0\0\x01"), "larger than any");
    is_none(OF(PNG_HEAD "\0\0\0\0\0\0\0\x01"), "of nothing");
    is_none(OF("\x89PNG\r\n\x1a\n\0\0\0\x0dIDAT\0\0\0\1\0\0\0\1"), "does not begin with its size");
    is_none(OF("<!DOCTYPE html><script>alert(1)</script>"), "is no PNG");
    is_none(OF("GIF89a\1\0\0\0"), "of nothing");
}

static void every_frame_of_jpeg(void **state) {
    (void)state;
    char bytes[] = "\xff\xd8\xff\xe0\0\4ab\xff\xff\xc0\0\x0b\x08\x01\x02\x03\x04\x01\x01\x11\0";
    for (unsigned marker = 0xc0; marker <= 0xcf; marker++) {
        bytes[10] = (char)marker;
        if (marker == 0xc4 || marker == 0xc8 || marker == 0xcc)
            is_none(bytes, sizeof bytes - 1, "ends before its size");
        else
            is(bytes, sizeof bytes - 1, "image/jpeg", 0x304, 0x102);
    }
    is(OF("\xff\xd8\xff\xe0\0\4abrubbish\xff\0\xff\xc2\0\x0b\x08\0\1\0\2"), "image/jpeg", 2, 1);
    is_none(OF("\xff\xd8\xff\xda\0\4ab\xff\xc2\0\x0b\x08\0\1\0\2"), "before its pixels");
    is_none(OF("\xff\xd8\xff\xd9"), "before its pixels");
    is_none(OF("\xff\xd8\xff\xc0\0\1\x08\0\1\0\2"), "broken segment");
    is_none(OF("\xff\xd8\xff\xc0\0\x0b\x08\0\0\0\2"), "only at its end");
    is_none(OF("\xff\xd8\xff\xe1\xff\xff"), "ends before its size");
}

/* EXIF in either byte order; a directory that points out of the block, and one that says it is endless. */
static void turned(void **state) {
    (void)state;
#define TAIL "\xff\xc0\0\x0b\x08\0\1\0\2\1\1\x11\0"
    is(OF("\xff\xd8\xff\xe1\0\x22"
          "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\x08\0\0\0\0\0\0" TAIL),
       "image/jpeg", 1, 2);
    is(OF("\xff\xd8\xff\xe1\0\x22"
          "Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\5\0\0\0\0\0\0\0" TAIL),
       "image/jpeg", 1, 2);
    is(OF("\xff\xd8\xff\xe1\0\x22"
          "Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\3\0\0\0\0\0\0\0" TAIL),
       "image/jpeg", 2, 1);
    is(OF("\xff\xd8\xff\xe1\0\x22"
          "Exif\0\0II*\0\xff\xff\xff\xff\xff\xff\x12\1\3\0\1\0\0\0\5\0\0\0\0\0\0\0" TAIL),
       "image/jpeg", 2, 1);
    is(OF("\xff\xd8\xff\xe1\0\x22"
          "Exif\0\0II*\0\x08\0\0\0\xff\xff\x13\1\3\0\1\0\0\0\5\0\0\0\0\0\0\0" TAIL),
       "image/jpeg", 2, 1);
}

static void webp_and_avif(void **state) {
    (void)state;
    is_none(OF("RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\1\0\0\x9d\1*\1\0\1\0"), "key frame");
    is_none(OF("RIFF\0\0\0\0WEBPALPH\x0a\0\0\0\1\0\0\x9d\1*\1\0\1\0"), "begin with a picture");
    is(OF("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\0\0\0"), "image/webp", 1U << 24U, 1);
    is_none(OF("RIFF\0\0\0\0WEBPVP8X\2\0\0\0\0\0\0\0\xff\xff\xff\0\0\0"), "ends before");
    is_none(OF("\0\0\0\x14"
               "ftypheic\0\0\0\0mif1\0\0\0\0"),
            "another kind of ISO media");
    is_none(OF("\0\0\0\x10"
               "ftypavif\0\0\0\0\0\0\0\1meta\0\0\0\0\0\0\0\0"),
            "ends before");
    is_none(OF("\0\0\0\x10"
               "ftypavif\0\0\0\0\0\0\0\0meta\0\0\0\0\0\0\0\0"),
            "which of its items");
    is_none(OF("\0\0\0\1"
               "ftyp\xff\xff\xff\xff\xff\xff\xff\xff"
               "avif"),
            "ends before");
}

static void svg(void **state) {
    (void)state;
    is(OF("<svg width='30' height=\"20\"/>"), "image/svg+xml", 30, 20);
    is(OF("\xef\xbb\xbf<?xml version='1.0'?>\n<!-- > <svg> -->\n<!DOCTYPE svg [ <!ENTITY a '>'> "
          "]>\n"
          "<s:svg\n xmlns:s='x' width = '1in' height='2.54cm' >"),
       "image/svg+xml", 96, 96);
    is(OF("<svg viewBox='0 0 40,20' width='100px'>"), "image/svg+xml", 100, 50);
    is(OF("<svg viewBox='-1e1 -.5 40 20' height='1e2'>"), "image/svg+xml", 200, 100);
    is(OF("<svg width='.4' height='1.5'>"), "image/svg+xml", 1, 2);
    is_none(OF("<svg width='30' height='20'"), "ends before");
    is_none(OF("<svg width='1e99' height='20'>"), "of nothing");
    is_none(OF("<svgx width='30' height='20'>"), "is no PNG");
    is_none(OF("<html><svg width='30' height='20'>"), "is no PNG");
    is_none(OF("<!-- <svg width='30' height='20'>"), "is no PNG");
}

/* One without a size has the browser's: it must not be given as the picture's own. */
static void svg_without_size(void **state) {
    (void)state;
    static const char *const given[] = {
        "<svg viewBox='0 0 24 12'>", "<svg viewBox='0 0 24 12' width='100%' height='auto'>",
        "<svg width='12' viewBox='none'>", "<svg width='50%'>", "<svg width='-3' height='-4'>"};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        struct picture p;
        assert_int_equal(look(&p, given[i], strlen(given[i]), NULL), 0);
        assert_true(p.no_size);
        assert_int_equal(p.width, p.height * 2);
    }
}

/* As the renderer's child does it. */
static void as_document(void **state) {
    (void)state;
    struct document d;
    struct error err = {0};
    char bytes[4096];
    struct render_request q = {.kind = RENDER_PICTURE,
                               .path = "a.png",
                               .source = bytes,
                               .len = load("turned.avif", bytes, sizeof bytes)};
    assert_int_equal(document_build(&d, &q, &err), 0);
    assert_string_equal(json_get_string(d.meta, "type", ""), "image/avif");
    assert_int_equal(json_get_int(d.meta, "width", 0), 17);
    document_free(&d);
    q.len = 20;
    assert_int_equal(document_build(&d, &q, &err), -1);
    assert_non_null(strstr(err.text, "ends before"));
}

/* ---- width and height in HTML ---- */

static bool sizes(void *arg, struct slice src, uint32_t *width, uint32_t *height) {
    (void)arg;
    *width = (uint32_t)src.len;
    *height = 7;
    return slice_starts(src, "/");
}

static void gives(const char *html, const char *want) {
    struct buf out;
    buf_init(&out, 4096);
    assert_int_equal(html_images(&out, html, strlen(html), sizes, NULL), 0);
    assert_string_equal(buf_str(&out), want);
    buf_free(&out);
}

static void stays(const char *html) {
    gives(html, html);
}

static void images(void **state) {
    (void)state;
    gives("a<img src=\"/a.png\" loading=\"lazy\">b",
          "a<img width=\"6\" height=\"7\" src=\"/a.png\" loading=\"lazy\">b");
    gives("<IMG alt='>' SRC = /a><img src='/b&amp;c'/>",
          "<IMG width=\"2\" height=\"7\" alt='>' SRC = /a><img width=\"4\" height=\"7\" "
          "src='/b&amp;c'/>");
    gives("<p><img src='/a' src='b'></p><script src=x></script><img src=/c>",
          "<p><img width=\"2\" height=\"7\" src='/a' src='b'></p><script src=x></script><img "
          "width=\"2\" height=\"7\" src=/c>");
    stays("<img src=a.png><img><img src><img src=\"\"><imgs src=/a><a src=/a>");
    gives("<img src=/a width=3><img src=/a HEIGHT='21px' width>",
          "<img height=\"11\" src=/a width=3><img src=/a HEIGHT='21px' width>");
    gives("<img src=/a height=\" 70 \">", "<img width=\"20\" src=/a height=\" 70 \">");
    stays("<img src=/a width=50%><img src=/a HEIGHT='auto'><img width src=/a><img src=/a width=0>");
    stays("<img src=/a width=3 height=3>");
    stays("<!-- <img src=/a> --><script>'<img src=/a>'</script><style><img src=/a></STYLE >");
    stays("<textarea><img src=/a></textarea");
    stays("<script><img src=/a>");
    stays("<img src=/a");
    stays("<img src='/a");
    stays("<");
    stays("");
    struct buf small;
    buf_init(&small, 20);
    assert_int_equal(html_images(&small, OF("<img src=/a>"), sizes, NULL), -1);
    buf_free(&small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_ones),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(changed_anywhere),
        cmocka_unit_test(png),
        cmocka_unit_test(every_frame_of_jpeg),
        cmocka_unit_test(turned),
        cmocka_unit_test(webp_and_avif),
        cmocka_unit_test(svg),
        cmocka_unit_test(svg_without_size),
        cmocka_unit_test(as_document),
        cmocka_unit_test(images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
