/* Shared by the readers of pictures' headers. Every reader is handed all there is of the head, checks each place
 * against its end before looking, and fills width and height, in the picture's own units, 0 and more. */
#ifndef PLATEN_CONTENT_PICTURE_PRIVATE_H
#define PLATEN_CONTENT_PICTURE_PRIVATE_H

#include "content/picture.h"

struct octets {
    const uint8_t *at;
    size_t n;
};

static inline bool octets_have(struct octets o, size_t from, size_t count) {
    return from <= o.n && count <= o.n - from;
}

/* The part of o from `from` on, at most count bytes of it. */
static inline struct octets octets_part(struct octets o, size_t from, size_t count) {
    size_t start = from < o.n ? from : o.n;
    size_t left = o.n - start;
    return (struct octets){o.at + start, count < left ? count : left};
}

/* Callers have checked that the bytes are there. */
static inline uint32_t be16(const uint8_t *p) {
    return (uint32_t)p[0] << 8U | p[1];
}
static inline uint32_t be32(const uint8_t *p) {
    return be16(p) << 16U | be16(p + 2);
}
static inline uint32_t le16(const uint8_t *p) {
    return (uint32_t)p[1] << 8U | p[0];
}
static inline uint32_t le24(const uint8_t *p) {
    return (uint32_t)p[2] << 16U | le16(p);
}
static inline uint32_t le32(const uint8_t *p) {
    return le16(p + 2) << 16U | le16(p);
}

int picture_cut(struct error *err); /* -1: "ends before its size" */

int picture_jpeg(struct picture *out, struct octets o, struct error *err) CHECKED;
int picture_webp(struct picture *out, struct octets o, struct error *err) CHECKED;
int picture_avif(struct picture *out, struct octets o, struct error *err) CHECKED;

/* True when the first element of the text is an svg. *attributes gets where those begin. */
bool picture_svg_found(struct octets o, size_t *attributes);
int picture_svg(struct picture *out, struct octets o, size_t attributes, struct error *err) CHECKED;

#endif
