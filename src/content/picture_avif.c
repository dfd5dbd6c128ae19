/* AVIF: a still picture in boxes (ISO/IEC 14496-12 and 23008-12, AV1 Image File Format 1.1). The
 * `meta` box names the primary item (pitm), has a list of properties (iprp/ipco) and says which belong
 * to which item (iprp/ipma): of the primary item's, `ispe` is the size and `irot` a turn by quarters. Boxes are
 * looked for at three fixed depths, without recursion. `clap` (a cut) is not looked at. */
#include "content/picture_private.h"

#include <string.h>

struct box {
    const uint8_t *name; /* 4 bytes */
    struct octets body;
};

/* Takes the next box off *o. False: there is none, or it is not whole. */
static bool next_box(struct octets *o, struct box *b) {
    if (o->n < 8)
        return false;
    uint64_t size = be32(o->at);
    size_t head = 8;
    if (size == 1) {
        if (o->n < 16)
            return false;
        size = (uint64_t)be32(o->at + 8) << 32U | be32(o->at + 12);
        head = 16;
    } else if (size == 0) {
        size = o->n;
    }
    if (size < head || size > o->n)
        return false;
    size_t whole = (size_t)size;
    b->name = o->at + 4;
    b->body = octets_part(*o, head, whole - head);
    *o = octets_part(*o, whole, o->n);
    return true;
}

static bool is_box(const struct box *b, const char *name) {
    return memcmp(b->name, name, 4) == 0;
}

/* The first box of that name; skip: bytes of version and flags before the boxes. */
static bool find_box(struct octets in, size_t skip, const char *name, struct octets *body) {
    struct octets rest = octets_part(in, skip, in.n);
    struct box b;
    while (next_box(&rest, &b))
        if (is_box(&b, name)) {
            *body = b.body;
            return true;
        }
    return false;
}

/* Major brand or one of the compatible ones. */
static bool is_avif(struct octets brands) {
    for (size_t at = 0; octets_have(brands, at, 4); at += 4)
        if (at != 4 &&
            (memcmp(brands.at + at, "avif", 4) == 0 || memcmp(brands.at + at, "avis", 4) == 0))
            return true;
    return false;
}

/* False: nobody says which item is the picture. */
static bool primary_item(struct octets meta, uint32_t *id) {
    struct octets pitm;
    if (!find_box(meta, 4, "pitm", &pitm) || pitm.n < 6 || (pitm.at[0] != 0 && pitm.n < 8))
        return false;
    *id = pitm.at[0] == 0 ? be16(pitm.at + 4) : be32(pitm.at + 4);
    return true;
}

struct turn {
    bool sideways;
};

/* Applies property number `wanted` (from 1). */
static void take_property(struct picture *out, struct turn *t, struct octets ipco,
                          uint32_t wanted) {
    struct box b;
    for (uint32_t i = 1; next_box(&ipco, &b); i++) {
        if (i < wanted)
            continue;
        if (is_box(&b, "ispe") && b.body.n >= 12) {
            out->width = be32(b.body.at + 4);
            out->height = be32(b.body.at + 8);
        } else if (is_box(&b, "irot") && b.body.n >= 1 && (b.body.at[0] & 1U) != 0) {
            t->sideways = true;
        }
        return;
    }
}

/* Walks the associations (ipma) up to the item's. An entry has at most 255 properties, so the work
 * is bounded by 255 walks over ipco. True when the item was there. */
static bool take_item(struct picture *out, struct turn *t, struct octets ipma, struct octets ipco,
                      uint32_t item) {
    if (ipma.n < 8)
        return false;
    size_t id_size = ipma.at[0] == 0 ? 2 : 4, index_size = (ipma.at[3] & 1U) != 0 ? 2 : 1;
    uint32_t entries = be32(ipma.at + 4);
    size_t at = 8;
    for (uint32_t i = 0; i < entries && octets_have(ipma, at, id_size + 1); i++) {
        uint32_t id = id_size == 2 ? be16(ipma.at + at) : be32(ipma.at + at);
        size_t count = ipma.at[at + id_size];
        at += id_size + 1;
        if (id == item) {
            for (; count > 0 && octets_have(ipma, at, index_size); count--, at += index_size)
                take_property(out, t, ipco,
                              index_size == 2 ? be16(ipma.at + at) & 0x7fffU : ipma.at[at] & 0x7fU);
            return true;
        }
        at += count * index_size;
    }
    return false;
}

int picture_avif(struct picture *out, struct octets o, struct error *err) {
    struct octets ftyp, meta, iprp, ipco, ipma;
    struct turn t = {false};
    uint32_t item;
    if (!find_box(o, 0, "ftyp", &ftyp))
        return picture_cut(err);
    if (!is_avif(ftyp))
        return error_set(err, "is no AVIF but another kind of ISO media file");
    if (!find_box(o, 0, "meta", &meta))
        return picture_cut(err);
    if (!primary_item(meta, &item))
        return error_set(err, "is an AVIF that does not say which of its items is the picture");
    if (!find_box(meta, 4, "iprp", &iprp) || !find_box(iprp, 0, "ipco", &ipco) ||
        !find_box(iprp, 0, "ipma", &ipma))
        return picture_cut(err);
    if (!take_item(out, &t, ipma, ipco, item) || out->width == 0)
        return error_set(err, "is an AVIF without a size for its picture");
    if (t.sideways) {
        uint32_t width = out->width;
        out->width = out->height;
        out->height = width;
    }
    return 0;
}
