/* Any bytes as the head of a picture: a size that pictures have, or a reason. And the same bytes as HTML: an
 * <img> gets a size once, and asking again changes nothing. */
#include "content/html_images.h"
#include "content/picture.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held) {
    if (!held)
        abort();
}

static bool any_size(void *arg, struct slice src, uint32_t *width, uint32_t *height) {
    (void)arg;
    *width = (uint32_t)src.len;
    *height = 1;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct picture p;
    struct error err = {0};
    struct buf once, twice;
    if (picture_read(&p, data, size, &err) == 0)
        must(p.type != NULL && p.width > 0 && p.height > 0 && p.width <= INT32_MAX &&
             p.height <= INT32_MAX);
    else
        must(err.text[0] != '\0');
    buf_init(&once, (size_t)64 << 20);
    buf_init(&twice, (size_t)64 << 20);
    must(html_images(&once, (const char *)data, size, any_size, NULL) == 0);
    must(html_images(&twice, buf_str(&once), once.len, any_size, NULL) == 0);
    must(once.len == twice.len && memcmp(buf_str(&once), buf_str(&twice), once.len) == 0);
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
