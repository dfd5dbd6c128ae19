/* Which picture it is, and the two formats whose size stands at a fixed place. */
#include "content/picture_private.h"

#include <string.h>

static bool begins(struct octets o, size_t from, const char *bytes, size_t n) {
    return octets_have(o, from, n) && memcmp(o.at + from, bytes, n) == 0;
}

int picture_cut(struct error *err) {
    return error_set(err, "ends before its size, or has it beyond its first %d KB",
                     PICTURE_HEAD / 1024);
}

/* PNG, third edition, section 11.2.1: IHDR is the first chunk. */
static int picture_png(struct picture *out, struct octets o, struct error *err) {
    if (!octets_have(o, 0, 24))
        return picture_cut(err);
    if (be32(o.at + 8) != 13 || memcmp(o.at + 12, "IHDR", 4) != 0)
        return error_set(err, "is a PNG that does not begin with its size");
    out->width = be32(o.at + 16);
    out->height = be32(o.at + 20);
    return 0;
}

/* GIF89a, section 18: the logical screen. */
static int picture_gif(struct picture *out, struct octets o, struct error *err) {
    if (!octets_have(o, 0, 10))
        return picture_cut(err);
    out->width = le16(o.at + 6);
    out->height = le16(o.at + 8);
    return 0;
}

static int read_kind(struct picture *out, struct octets o, struct error *err) {
    size_t attributes = 0;
    if (begins(o, 0, "\x89PNG\r\n\x1a\n", 8)) {
        out->type = "image/png";
        return picture_png(out, o, err);
    }
    if (begins(o, 0, "\xff\xd8\xff", 3)) {
        out->type = "image/jpeg";
        return picture_jpeg(out, o, err);
    }
    if (begins(o, 0, "GIF87a", 6) || begins(o, 0, "GIF89a", 6)) {
        out->type = "image/gif";
        return picture_gif(out, o, err);
    }
    if (begins(o, 0, "RIFF", 4) && begins(o, 8, "WEBP", 4)) {
        out->type = "image/webp";
        return picture_webp(out, o, err);
    }
    if (begins(o, 4, "ftyp", 4)) {
        out->type = "image/avif";
        return picture_avif(out, o, err);
    }
    if (picture_svg_found(o, &attributes)) {
        out->type = "image/svg+xml";
        return picture_svg(out, o, attributes, err);
    }
    return error_set(err, o.n == 0
                              ? "is empty"
                              : "is no PNG, JPEG, GIF, WebP, AVIF or SVG, whatever its name says");
}

int picture_read(struct picture *out, const void *bytes, size_t n, struct error *err) {
    *out = (struct picture){0};
    if (read_kind(out, (struct octets){bytes, n}, err) != 0)
        return -1;
    if (out->width == 0 || out->height == 0)
        return error_set(err, "has a width or height of nothing");
    if (out->width > INT32_MAX || out->height > INT32_MAX)
        return error_set(err, "says it is larger than any picture can be");
    return 0;
}
