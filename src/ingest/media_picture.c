#include "ingest/media_picture.h"

#include "base/text.h"
#include "content/picture.h"
#include "ingest/media_type.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The head of the file: bytes, or -1. */
static ssize_t read_head(int fd, char *head) {
    size_t n = 0;
    while (n < PICTURE_HEAD) {
        ssize_t got = pread(fd, head + n, PICTURE_HEAD - n, (off_t)n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

/* What the renderer says is checked: it read a stranger's bytes. A type that can hold script is taken from the name alone. */
static void take(struct media_picture *out, const json_t *meta, struct error *odd) {
    static const char *const types[] = {"image/png",  "image/jpeg", "image/gif",
                                        "image/webp", "image/avif", "image/svg+xml"};
    const char *type = json_get_string(meta, "type", "");
    int64_t width = json_get_int(meta, "width", 0), height = json_get_int(meta, "height", 0);
    bool ours = strcmp(type, out->type) == 0;
    for (size_t i = 0; !ours && i + 1 < sizeof types / sizeof types[0]; i++)
        ours = strcmp(type, types[i]) == 0;
    if (!ours)
        (void)error_set(odd, "is an SVG, which its name does not say: name it .svg");
    if (!ours || width <= 0 || height <= 0 || width > INT32_MAX || height > INT32_MAX)
        return;
    snprintf(out->type, sizeof out->type, "%s", type);
    if (json_get_bool(meta, "no_size", false))
        return;
    out->width = (uint32_t)width;
    out->height = (uint32_t)height;
}

/* Pictures of kinds that are served but not read. */
static bool is_read(const char *type) {
    return text_starts(type, "image/") && strcmp(type, "image/x-icon") != 0 &&
           strcmp(type, "image/bmp") != 0 && strcmp(type, "image/jxl") != 0;
}

void media_picture_look(struct media_picture *out, struct renderer *r, const char *path, int fd,
                        struct error *odd) {
    const char *type = media_type_of(path);
    *out = (struct media_picture){0};
    snprintf(out->type, sizeof out->type, "%s", type != NULL ? type : "application/octet-stream");
    if (!is_read(out->type))
        return;
    char *head = malloc(PICTURE_HEAD);
    ssize_t n = head == NULL ? -1 : read_head(fd, head);
    struct document d = {0};
    struct render_request q = {
        .kind = RENDER_PICTURE, .path = path, .source = head, .len = n > 0 ? (size_t)n : 0};
    if (n < 0) {
        (void)error_set(odd, "its head cannot be read: it is shown without width and height");
    } else if (renderer_run(r, &q, &d, odd) == 0) {
        take(out, d.meta, odd);
        document_free(&d);
    } else {
        size_t used = strlen(odd->text);
        snprintf(odd->text + used, sizeof odd->text - used,
                 "; it is served, but shown without width and height");
    }
    free(head);
}
