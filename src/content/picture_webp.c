/* WebP: RFC 9649. The first chunk has the size: VP8 (a key frame, RFC 6386 section 9.1), VP8L, or VP8X with the canvas. */
#include "content/picture_private.h"

#include <string.h>

static int lossy(struct picture *out, struct octets o, struct error *err) {
    if (!octets_have(o, 0, 10))
        return picture_cut(err);
    if ((o.at[0] & 1U) != 0 || memcmp(o.at + 3, "\x9d\x01\x2a", 3) != 0)
        return error_set(err, "is a WebP that does not begin with a key frame");
    out->width = le16(o.at + 6) & 0x3fffU;
    out->height = le16(o.at + 8) & 0x3fffU;
    return 0;
}

static int lossless(struct picture *out, struct octets o, struct error *err) {
    if (!octets_have(o, 0, 5))
        return picture_cut(err);
    if (o.at[0] != 0x2f)
        return error_set(err, "is a WebP with a broken lossless part");
    uint32_t bits = le32(o.at + 1);
    out->width = (bits & 0x3fffU) + 1;
    out->height = (bits >> 14U & 0x3fffU) + 1;
    return 0;
}

static int extended(struct picture *out, struct octets o, struct error *err) {
    if (!octets_have(o, 0, 10))
        return picture_cut(err);
    out->width = le24(o.at + 4) + 1;
    out->height = le24(o.at + 7) + 1;
    return 0;
}

int picture_webp(struct picture *out, struct octets o, struct error *err) {
    if (!octets_have(o, 12, 8))
        return picture_cut(err);
    const uint8_t *kind = o.at + 12;
    struct octets data = octets_part(o, 20, le32(o.at + 16));
    if (memcmp(kind, "VP8 ", 4) == 0)
        return lossy(out, data, err);
    if (memcmp(kind, "VP8L", 4) == 0)
        return lossless(out, data, err);
    if (memcmp(kind, "VP8X", 4) == 0)
        return extended(out, data, err);
    return error_set(err, "is a WebP that does not begin with a picture");
}
