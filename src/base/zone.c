/* Reads TZif files (RFC 8536) and the POSIX TZ rule in their last line, which holds for the times
 * after the last listed change.
 *
 * The file is read whole (at most 64 KB) and every count is checked against its length before it is
 * used; what does not add up refuses the zone. Leap seconds are ignored: our clock has none. Only
 * offsets are kept, in minutes: those of before 1900 that have seconds are cut. */
#include "base/zone.h"

#include "base/file.h"
#include "base/text.h"
#include "base/zone_rule.h"

#include <stdlib.h>
#include <string.h>

#define ZONE_FOLDER "/usr/share/zoneinfo/"
#define MAX_FILE ((size_t)64 * 1024)
#define MAX_NAME 64
#define HEADER 44
#define MAX_OFFSET 93600 /* seconds; RFC 8536 section 3.2 allows no more than 26 hours */
#define DAY INT64_C(86400)

struct change {
    int64_t at; /* UTC seconds from which on */
    int offset; /* this many minutes east of UTC are in force */
};

struct zone {
    int first;  /* the offset before the first change */
    bool ruled; /* after the last change `rule` holds, else the last offset */
    struct zone_rule rule;
    size_t count;
    struct change changes[];
};

/* The counts of a TZif header and the block that follows it. */
struct block {
    const unsigned char *data;
    size_t size;
    size_t isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
    unsigned char version;
};

static uint32_t big32(const unsigned char *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t big_time(const unsigned char *p, size_t width) {
    if (width == 4) {
        return (int32_t)big32(p);
    }
    return (int64_t)((uint64_t)big32(p) << 32 | big32(p + 4));
}

/* Reads the header at p and finds its block, whose times are `width` bytes long. */
static int read_block(struct block *b, const unsigned char *p, size_t n, size_t width) {
    if (n < HEADER || memcmp(p, "TZif", 4) != 0) {
        return -1;
    }
    *b = (struct block){
        .data = p + HEADER,
        .version = p[4],
        .isutcnt = big32(p + 20),
        .isstdcnt = big32(p + 24),
        .leapcnt = big32(p + 28),
        .timecnt = big32(p + 32),
        .typecnt = big32(p + 36),
        .charcnt = big32(p + 40),
    };
    size_t most = MAX_FILE; /* keeps the sum below from overflowing */
    if (b->isutcnt > most || b->isstdcnt > most || b->leapcnt > most || b->timecnt > most ||
        b->charcnt > most || b->typecnt == 0 || b->typecnt > 256) {
        return -1;
    }
    b->size = b->timecnt * width + b->timecnt + b->typecnt * 6 + b->charcnt +
              b->leapcnt * (width + 4) + b->isstdcnt + b->isutcnt;
    return b->size <= n - HEADER ? 0 : -1;
}

/* The offset of local time type `type` in minutes (rounded down). */
static int type_offset(int *out, const struct block *b, size_t width, size_t type) {
    if (type >= b->typecnt) {
        return -1;
    }
    int32_t seconds = (int32_t)big32(b->data + b->timecnt * (width + 1) + type * 6);
    if (seconds < -MAX_OFFSET || seconds > MAX_OFFSET) {
        return -1;
    }
    *out = (seconds >= 0 ? seconds : seconds - 59) / 60;
    return 0;
}

/* Makes the zone from a block and, when there is one, the rule behind it. */
static struct zone *build(const struct block *b, size_t width, const char *rule) {
    struct zone *z = calloc(1, sizeof *z + b->timecnt * sizeof z->changes[0]);
    if (z == NULL) {
        return NULL;
    }
    int rc = type_offset(&z->first, b, width, 0);
    for (size_t i = 0; i < b->timecnt && rc == 0; i++) {
        z->changes[i].at = big_time(b->data + i * width, width);
        rc = type_offset(&z->changes[i].offset, b, width, b->data[b->timecnt * width + i]);
        if (i > 0 && z->changes[i].at <= z->changes[i - 1].at) {
            rc = -1;
        }
    }
    z->count = b->timecnt;
    z->ruled = rule[0] != '\0';
    if (rc == 0 && z->ruled) {
        rc = zone_rule_parse(&z->rule, rule);
    }
    if (rc != 0) {
        free(z);
        return NULL;
    }
    return z;
}

/* NULL when the bytes are no TZif or memory is out. */
static struct zone *parse_tzif(const unsigned char *p, size_t n) {
    struct block b;
    if (read_block(&b, p, n, 4) != 0) {
        return NULL;
    }
    if (b.version < '2') {
        return build(&b, 4, "");
    }
    size_t skip = HEADER + b.size;
    if (read_block(&b, p + skip, n - skip, 8) != 0) {
        return NULL;
    }
    size_t end = skip + HEADER + b.size;
    const char *line = (const char *)p + end;
    size_t left = n - end;
    const char *stop = left > 1 ? memchr(line + 1, '\n', left - 1) : NULL;
    char rule[ZONE_RULE_MAX] = "";
    if (left == 0 || line[0] != '\n' || stop == NULL || (size_t)(stop - line) > sizeof rule) {
        return NULL;
    }
    memcpy(rule, line + 1, (size_t)(stop - line) - 1);
    return build(&b, 8, rule);
}

int zone_read(struct zone **out, const char *name, const void *bytes, size_t n, struct error *err) {
    *out = parse_tzif(bytes, n);
    return *out != NULL
               ? 0
               : error_set(err, "time zone %s: its file is damaged: install tzdata anew", name);
}

/* Names reach the file system: only what a zone may be called passes. */
static bool is_name(const char *name) {
    size_t n = strlen(name);
    if (n > MAX_NAME || !text_is_alpha(name[0]) || name[n - 1] == '/') {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!text_is_alpha(name[i]) && !text_is_digit(name[i]) && strchr("/_+-", name[i]) == NULL) {
            return false;
        }
    }
    return true;
}

int zone_open(struct zone **out, const char *name, struct error *err) {
    *out = NULL;
    if (name[0] == '\0' || strcmp(name, "UTC") == 0 || strcmp(name, "Etc/UTC") == 0) {
        *out = calloc(1, sizeof **out);
        return *out != NULL ? 0 : error_set(err, "time zone UTC: out of memory");
    }
    if (!is_name(name)) {
        return error_set(err, "\"%.40s\" is no time zone: write a name such as Europe/Berlin",
                         name);
    }
    struct error why;
    struct buf path;
    struct buf file;
    buf_init(&path, sizeof ZONE_FOLDER + MAX_NAME);
    buf_init(&file, MAX_FILE);
    (void)buf_printf(&path, "%s%s", ZONE_FOLDER, name);
    int rc = file_read(&file, buf_str(&path), true, &why);
    if (rc == 0) {
        rc = zone_read(out, name, buf_str(&file), file.len, err);
    } else {
        (void)error_set(err, "time zone %s: unknown on this system (%s): is tzdata installed?",
                        name, why.text);
    }
    buf_free(&file);
    buf_free(&path);
    return rc;
}

void zone_free(struct zone *z) {
    free(z);
}

int zone_offset(const struct zone *z, int64_t seconds) {
    if (z == NULL) {
        return 0;
    }
    size_t low = 0; /* number of changes at or before `seconds` */
    size_t high = z->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->changes[middle].at <= seconds) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == z->count && z->ruled) {
        return zone_rule_offset(&z->rule, seconds);
    }
    return low > 0 ? z->changes[low - 1].offset : z->first;
}

int64_t zone_seconds(const struct zone *z, const struct date *d, int *offset) {
    struct date civil = *d;
    civil.has_offset = false;
    int64_t local = date_seconds(&civil);
    int used = d->offset;
    if (!d->has_offset) {
        /* A day either way is beyond any offset, and no zone changes twice in two days. In an
         * overlap both offsets fit and the one before is the first; in a gap neither fits. */
        int before = zone_offset(z, local - DAY);
        int after = zone_offset(z, local + DAY);
        bool fits_after = zone_offset(z, local - INT64_C(60) * after) == after;
        bool fits_before = zone_offset(z, local - INT64_C(60) * before) == before;
        used = fits_before || !fits_after ? before : after;
    }
    if (offset != NULL) {
        *offset = used;
    }
    return local - INT64_C(60) * used;
}
