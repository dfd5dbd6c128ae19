/* platen render: the template engine alone, result on standard output. */
#include "cli/cli.h"

#include "base/file.h"
#include "base/json.h"
#include "template/template.h"

#include <stdio.h>

enum { DATA_MAX = 64 << 20, RESULT_MAX = 256 << 20, VALUES_MAX = 1 << 30 };

static int read_data(json_t **out, const char *path, struct error *err) {
    struct buf text;
    buf_init(&text, DATA_MAX);
    int rc = file_read(&text, path, true, err);
    if (rc == 0)
        rc = json_read(out, buf_str(&text), text.len, err);
    if (rc != 0 && err->line > 0)
        error_prefix(err, "%s:%d:%d", path, err->line, err->column);
    buf_free(&text);
    return rc;
}

/* As the server does it. */
static int show(const struct template_set *set, const json_t *data, struct buf *out,
                struct error *err) {
    struct arena *arena = arena_new(VALUES_MAX);
    struct template_pack *pack = template_pack_open(set, NULL, NULL);
    struct value model = value_of_json(arena, data);
    int rc = pack != NULL && arena_ok(arena)
                 ? template_pack_show(pack, TEMPLATE_MAIN, &model, out, NULL, err)
                 : error_set(err, "the data is too large, or memory is out");
    template_pack_free(pack);
    arena_free(arena);
    return rc;
}

int cmd_render(const struct command_context *c) {
    const struct config *o = c->config;
    struct error err = {0};
    if (*o->template_file == '\0' || *o->data_file == '\0') {
        fputs("platen render: wants --template FILE and --data FILE\n", stderr);
        return EXIT_USAGE;
    }
    json_t *data = NULL;
    struct template_set *set = NULL;
    struct buf out;
    buf_init(&out, RESULT_MAX);
    const char *partials = *o->partials != '\0' ? o->partials : NULL;
    int rc = read_data(&data, o->data_file, &err);
    if (rc == 0)
        rc = template_set_open_file(&set, o->template_file, partials, &err);
    if (rc == 0)
        rc = show(set, data, &out, &err);
    if (rc == 0 && fwrite(buf_str(&out), 1, out.len, stdout) != out.len)
        rc = error_set(&err, "standard output cannot be written");
    if (fflush(stdout) != 0 && rc == 0)
        rc = error_set(&err, "standard output cannot be written");
    buf_free(&out);
    template_set_free(set);
    json_decref(data);
    return rc == 0 ? EXIT_DONE : cli_failed(&err);
}
