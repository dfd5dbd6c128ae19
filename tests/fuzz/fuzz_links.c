/* Addresses in HTML and the files they mean: with nothing put in their place the HTML stays as it is but for
 * white space around them, and no address leads out of the tree. */
#include "content/html_urls.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 64 * 1024, ROOM = 1 << 20 };

static void must(bool held) {
    if (!held)
        abort();
}

static bool climbs(const char *path) {
    return *path == '/' || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0 ||
           strstr(path, "/../") != NULL || strstr(path, "//") != NULL;
}

static void put(void *arg, struct buf *out, struct slice url) {
    struct buf file;
    (void)arg;
    buf_init(&file, ROOM);
    must(html_url_path(url) <= url.len);
    if (html_url_file(&file, "content/posts/deep/a.md", url)) {
        must(html_url_is_relative(url) && file.len > 0 && !climbs(buf_str(&file)));
        must(memchr(file.data, '\0', file.len) == NULL);
    } else {
        must(file.len == 0);
    }
    buf_free(&file);
    buf_append(out, url.ptr, url.len);
}

static size_t skip(const char *s, size_t i, size_t n) {
    while (i < n && (s[i] == ' ' || (s[i] >= '\t' && s[i] <= '\r')))
        i++;
    return i;
}

static bool same(const char *a, size_t n, const char *b, size_t m) {
    for (size_t i = 0, j = 0;; i++, j++) {
        i = skip(a, i, n);
        j = skip(b, j, m);
        if (i == n || j == m)
            return i == n && j == m;
        if (a[i] != b[j])
            return false;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf out;
    if (size > INPUT_MAX)
        return 0;
    buf_init(&out, ROOM);
    must(html_urls(&out, (const char *)data, size, put, NULL) == 0);
    must(same((const char *)data, size, buf_str(&out), out.len));
    buf_free(&out);
    return 0;
}
