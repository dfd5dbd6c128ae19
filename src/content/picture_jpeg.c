/* JPEG: ITU-T T.81, annex B. Segments are walked up to the frame header (SOF); on the way the EXIF
 * orientation is picked up (Exif 2.3, tag 0x112), since browsers turn the picture by it. */
#include "content/picture_private.h"

#include <string.h>

enum { ORIENTATION = 0x112, TYPE_SHORT = 3 };

struct tiff {
    struct octets o;
    bool big_endian;
};

static uint32_t tiff16(const struct tiff *t, size_t at) {
    return t->big_endian ? be16(t->o.at + at) : le16(t->o.at + at);
}

static uint32_t tiff32(const struct tiff *t, size_t at) {
    return t->big_endian ? be32(t->o.at + at) : le32(t->o.at + at);
}

/* True when the EXIF block says that the picture lies on its side: orientations 5 to 8. */
static bool exif_turned(struct octets o) {
    struct tiff t = {.o = o};
    if (o.n < 8 || (memcmp(o.at, "II*\0", 4) != 0 && memcmp(o.at, "MM\0*", 4) != 0))
        return false;
    t.big_endian = *o.at == 'M';
    size_t directory = tiff32(&t, 4);
    if (!octets_have(o, directory, 2))
        return false;
    size_t entries = tiff16(&t, directory);
    for (size_t i = 0, at = directory + 2; i < entries && octets_have(o, at, 12); i++, at += 12)
        if (tiff16(&t, at) == ORIENTATION && tiff16(&t, at + 2) == TYPE_SHORT) {
            uint32_t orientation = tiff16(&t, at + 8);
            return orientation >= 5 && orientation <= 8;
        }
    return false;
}

static bool is_frame(uint8_t marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool stands_alone(uint8_t marker) {
    return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/* The frame's size. */
static int frame(struct picture *out, struct octets segment, bool turned, struct error *err) {
    if (segment.n < 5)
        return picture_cut(err);
    uint32_t height = be16(segment.at + 1), width = be16(segment.at + 3);
    if (height == 0)
        return error_set(err, "is a JPEG that says its height only at its end");
    out->width = turned ? height : width;
    out->height = turned ? width : height;
    return 0;
}

int picture_jpeg(struct picture *out, struct octets o, struct error *err) {
    bool turned = false, exif = false;
    size_t at = 2;
    for (;;) {
        while (at < o.n && o.at[at] != 0xff) /* rubbish between segments: decoders pass over it */
            at++;
        while (at < o.n && o.at[at] == 0xff)
            at++;
        if (at >= o.n)
            return picture_cut(err);
        uint8_t marker = o.at[at++];
        if (marker == 0 || stands_alone(marker))
            continue;
        if (marker == 0xd9 || marker == 0xda)
            return error_set(err, "is a JPEG without a size before its pixels");
        if (!octets_have(o, at, 2))
            return picture_cut(err);
        size_t length = be16(o.at + at);
        if (length < 2)
            return error_set(err, "is a JPEG with a broken segment");
        struct octets segment = octets_part(o, at + 2, length - 2);
        if (is_frame(marker))
            return frame(out, segment, turned, err);
        if (marker == 0xe1 && !exif && segment.n > 6 && memcmp(segment.at, "Exif\0", 6) == 0) {
            exif = true;
            turned = exif_turned(octets_part(segment, 6, segment.n));
        }
        at += length;
    }
}
