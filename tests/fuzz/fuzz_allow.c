/* The allow-list: what it lets through holds no script, and looked through again it stays as it is (else
 * a browser's second reading might find what the first did not). */
#include "content/allow.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 16 * 1024, ROOM = 1 << 20 };

static void must(int ok) {
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf once, twice;
    if (size > INPUT_MAX)
        return 0;
    buf_init(&once, ROOM);
    buf_init(&twice, ROOM);
    if (allow_html(&once, (const char *)data, size, NULL) == 0) {
        static const char *const never[] = {"<script", "<style", "<iframe", "<svg", "<math"};
        for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
            must(strstr(buf_str(&once), never[i]) == NULL);
        must(allow_html(&twice, buf_str(&once), once.len, NULL) == 0);
        struct buf thrice;
        buf_init(&thrice, ROOM);
        must(allow_html(&thrice, buf_str(&twice), twice.len, NULL) == 0);
        must(thrice.len == twice.len && memcmp(buf_str(&thrice), buf_str(&twice), twice.len) == 0);
        buf_free(&thrice);
    }
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
