/* Any bytes as git's log: what is read of it lies within it, and no post has more versions than are wanted. */
#include "ingest/past.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held) {
    if (!held)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {"c/a.md", "c/b.md", "d.md"};
    struct past p = {.post_count = 3, .paths = json_object(), .keep = 4};
    struct buf log;
    struct error err = {0};
    p.posts = calloc(3, sizeof *p.posts);
    must(p.posts != NULL);
    for (size_t i = 0; i < 3; i++)
        json_object_set_new(p.paths, names[i], json_integer((json_int_t)i));
    buf_init(&log, (size_t)16 << 20);
    buf_append(&log, data, size);
    must(past_read(&p, &log, "af288a8d044deb97cf581381023ef3670180bfeb\n", &err) == 0 ||
         err.text[0] != '\0');
    for (size_t i = 0; i < p.count; i++) {
        const struct past_version *v = &p.versions[i];
        must(v->post < 3 && strlen(v->oid) == 40 && strlen(v->commit) == 40);
        must(v->author >= log.data && v->author < log.data + log.len);
        must(v->message >= log.data && v->message + strlen(v->message) < log.data + log.len);
    }
    for (size_t i = 0; i < 3; i++)
        must(p.posts[i].found <= p.keep);
    json_decref(p.paths);
    free(p.posts);
    free(p.versions);
    buf_free(&log);
    return 0;
}
