/* Any bytes as a request target: what is taken is a clean path, and every parameter of its query can be
 * asked for. */
#include "base/unicode.h"
#include "http/private.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held) {
    if (!held)
        abort();
}

static void check_path(const char *path, size_t n) {
    must(path[0] == '/' && strlen(path) == n && unicode_valid(path, n, NULL));
    must(strstr(path, "//") == NULL && strstr(path, "/../") == NULL && strstr(path, "/./") == NULL);
    must(!text_ends(path, "/..") && !text_ends(path, "/."));
    for (size_t i = 0; i < n; i++)
        must((unsigned char)path[i] >= 0x20 && path[i] != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct http_request r = {0};
    struct buf value;
    buf_init(&r.path, HTTP_TARGET_MAX);
    buf_init(&value, 256);
    r.target = strndup((const char *)data, size);
    must(r.target != NULL);
    int status = target_parse(&r.path, &r.query, r.target);
    must(status == 0 || (status >= 400 && status < 500));
    must(r.query != NULL);
    if (status == 0) {
        check_path(buf_str(&r.path), r.path.len);
        int found = http_request_param(&r, "q", &value);
        must(found >= -1 && found <= 1);
        must(found != 1 || unicode_valid(buf_str(&value), value.len, NULL));
    }
    buf_free(&value);
    buf_free(&r.path);
    free(r.target);
    return 0;
}
