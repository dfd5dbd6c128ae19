/* See cursor.h. Bytes: version, direction, post, number, text, and eight of an HMAC over all of these. As
 * base64url without padding (RFC 4648 section 5). */
#include "web/cursor.h"

#include "base/digest.h"
#include "base/unicode.h"

#include <string.h>

enum { VERSION = 1, HEAD = 18, SUM = 8, CURSOR_MAX = HEAD + BROWSE_TEXT_MAX + SUM };

static void put_number(unsigned char *to, int64_t n) {
    for (int i = 0; i < 8; i++)
        to[i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
}

static int64_t get_number(const unsigned char *from) {
    uint64_t n = 0;
    for (int i = 0; i < 8; i++)
        n = n << 8 | from[i];
    return (int64_t)n;
}

/* Base64 as URLs have it, or back. */
static void swap(char *s, const char *from, const char *to) {
    for (; *s != '\0'; s++) {
        const char *at = strchr(from, *s);
        if (at != NULL)
            *s = to[at - from];
    }
}

int cursor_write(struct buf *out, const char *purpose, const struct browse_key *key, bool back) {
    unsigned char bytes[CURSOR_MAX] = {VERSION, back};
    uint8_t sum[DIGEST_SHA256_SIZE];
    size_t n = HEAD + key->len, begin = out->len;
    put_number(bytes + 2, key->post);
    put_number(bytes + 10, key->number);
    memcpy(bytes + HEAD, key->text, key->len);
    digest_hmac_sha256(sum, purpose, strlen(purpose), bytes, n);
    memcpy(bytes + n, sum, SUM);
    if (digest_base64(out, bytes, n + SUM) != 0)
        return -1;
    while (out->len > begin && out->data[out->len - 1] == '=')
        buf_truncate(out, out->len - 1);
    swap(out->data + begin, "+/", "-_");
    return 0;
}

static int take(struct browse_key *key, bool *back, const char *purpose, const char *bytes,
                size_t n) {
    uint8_t sum[DIGEST_SHA256_SIZE];
    unsigned char head[HEAD];
    if (n < HEAD + SUM || n > CURSOR_MAX)
        return -1;
    memcpy(head, bytes, HEAD);
    digest_hmac_sha256(sum, purpose, strlen(purpose), bytes, n - SUM);
    if (head[0] != VERSION || head[1] > 1 || !digest_equal(sum, SUM, bytes + n - SUM, SUM))
        return -1;
    key->post = get_number(head + 2);
    key->number = get_number(head + 10);
    key->len = n - HEAD - SUM;
    memcpy(key->text, bytes + HEAD, key->len);
    key->text[key->len] = '\0';
    *back = head[1] == 1;
    return unicode_valid(key->text, key->len, NULL) ? 0 : -1;
}

int cursor_read(struct browse_key *key, bool *back, const char *purpose, const char *text) {
    struct buf padded, bytes, again;
    buf_init(&padded, 1024);
    buf_init(&bytes, 1024);
    buf_init(&again, 1024);
    buf_puts(&padded, text);
    if (padded.len > 0)
        swap(padded.data, "-_+/", "+/  ");
    while (buf_ok(&padded) && padded.len % 4 != 0)
        buf_putc(&padded, '=');
    int rc = -1;
    if (buf_ok(&padded) && digest_base64_decode(&bytes, buf_str(&padded), padded.len) == 0)
        rc = take(key, back, purpose, buf_str(&bytes), bytes.len);
    /* one text only for each cursor: bits that base64 leaves over are not free */
    if (rc == 0 &&
        (cursor_write(&again, purpose, key, *back) != 0 || strcmp(buf_str(&again), text) != 0))
        rc = -1;
    buf_free(&padded);
    buf_free(&bytes);
    buf_free(&again);
    return rc;
}
