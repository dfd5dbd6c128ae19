/* One table, many readers: see config.h. Adding a setting is one row here and one member there. */
#include "config_options.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "content/site.h"
#include "content/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 1024 * 1024 };

/* Who has set what: a later (weaker) source leaves alone what a stronger one has set. */
struct loader {
    struct config *config;
    enum command_mask command;
    bool set[CONFIG_OPTION_MAX];
};

static const struct option *option_find(enum command_mask command, const char *name, size_t len) {
    for (size_t i = 0; i < config_option_count; i++)
        if ((config_options[i].commands & command) && strlen(config_options[i].name) == len &&
            memcmp(config_options[i].name, name, len) == 0)
            return &config_options[i];
    return NULL;
}

const char *config_nearest(enum command_mask command, const char *name) {
    const char *best = NULL;
    int best_distance = 3;
    for (size_t i = 0; i < config_option_count; i++) {
        if (!(config_options[i].commands & command))
            continue;
        int d = text_distance(config_options[i].name, name);
        if (d < best_distance) {
            best_distance = d;
            best = config_options[i].name;
        }
    }
    return best;
}

/* "64", "64K", "4M", "1G" (also KB, MiB, ...) in bytes. */
static int size_parse(int64_t *out, const char *text, int64_t min, int64_t max) {
    char digits[24];
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n >= sizeof digits)
        return -1;
    memcpy(digits, text, n);
    digits[n] = '\0';
    const char *unit = text + n;
    int64_t scale = 1;
    if (*unit != '\0') {
        const char *letters = "kmgKMG";
        const char *at = strchr(letters, *unit);
        if (at == NULL)
            return -1;
        for (long power = (at - letters) % 3; power >= 0; power--)
            scale *= 1024;
        unit++;
        if (strcmp(unit, "") != 0 && strcmp(unit, "B") != 0 && strcmp(unit, "iB") != 0)
            return -1;
    }
    int64_t v;
    if (text_int(&v, digits, 0, INT64_MAX / scale) != 0)
        return -1;
    *out = v * scale;
    return *out < min || *out > max ? -1 : 0;
}

static int list_add(struct config *c, const struct option *o, const char *value,
                    struct error *err) {
    const char **list = (const char **)(void *)((char *)c + o->offset);
    size_t n = 0;
    while (list[n] != NULL)
        n++;
    if (n == CONFIG_MAX_LISTEN)
        return error_set(err, "at most %d values are taken", CONFIG_MAX_LISTEN);
    list[n] = value;
    return 0;
}

/* An address of the web, or only its path, whose origin is told otherwise. "example.org" would be passed over in silence. */
static bool is_base(const char *value) {
    const char *host = text_starts(value, "https://")  ? value + 8
                       : text_starts(value, "http://") ? value + 7
                                                       : NULL;
    for (const char *s = value; *s != '\0'; s++)
        if ((unsigned char)*s <= ' ' || *s == 0x7f || strchr("\"<>\\^`{|}", *s) != NULL)
            return false;
    return host != NULL ? strchr("/?#", *host) == NULL : *value == '/' && value[1] != '/';
}

/* Reads `value` as the option's type into the config. The message has no source yet: callers put it
 * before. */
static int option_store(struct config *c, const struct option *o, const char *value,
                        struct error *err) {
    void *at = (char *)c + o->offset;
    char *copy = arena_strdup(c->arena, value);
    if (copy == NULL)
        return error_set(err, "value is too long");
    switch (o->type) {
    case OPTION_URL:
        if (*value != '\0' && !is_base(value))
            return error_set(err, "\"%s\" must be as https://example.org/ or /path/", value);
        *(const char **)at = copy;
        return 0;
    case OPTION_TEXT:
        *(const char **)at = copy;
        return 0;
    case OPTION_LIST:
        return list_add(c, o, copy, err);
    case OPTION_BOOL:
        if (strcmp(value, "true") == 0 || strcmp(value, "1") == 0 || strcmp(value, "yes") == 0)
            *(bool *)at = true;
        else if (strcmp(value, "false") == 0 || strcmp(value, "0") == 0 || strcmp(value, "no") == 0)
            *(bool *)at = false;
        else
            return error_set(err, "\"%s\" must be true or false", value);
        return 0;
    case OPTION_INT:
        if (text_int(at, value, o->min, o->max) != 0)
            return error_set(err, "\"%s\" must be a whole number from %lld to %lld", value,
                             (long long)o->min, (long long)o->max);
        return 0;
    case OPTION_SIZE:
        if (size_parse(at, value, o->min, o->max) != 0)
            return error_set(
                err, "\"%s\" must be a size such as 512K, 4M or 1G, from %lld to %lld bytes", value,
                (long long)o->min, (long long)o->max);
        return 0;
    case OPTION_CHOICE:
        for (int64_t i = 0; o->choices[i] != NULL; i++) {
            if (strcmp(o->choices[i], value) == 0) {
                *(int64_t *)at = i;
                return 0;
            }
        }
        return error_set(err, "\"%s\" must be %s", value, o->help);
    }
    return error_set(err, "unknown type of option");
}

static int option_unknown(enum command_mask command, const char *name, struct error *err) {
    const char *near = config_nearest(command, name);
    if (near != NULL)
        return error_set(err, "unknown option --%s, did you mean --%s?", name, near);
    return error_set(err, "unknown option --%s (see --help)", name);
}

/* Takes the flag at argv[*i], with its value from the same word or the next one. */
static int flag_take(struct loader *l, int argc, char **argv, int *i, struct error *err) {
    const char *name = argv[*i] + 2;
    size_t len = strcspn(name, "=");
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    const struct option *o = option_find(l->command, name, len);
    if (o == NULL && text_starts(name, "no-") && value == NULL) {
        o = option_find(l->command, name + 3, len - 3);
        if (o != NULL && o->type == OPTION_BOOL)
            value = "false";
        else
            o = NULL;
    }
    if (o == NULL) {
        char word[64];
        snprintf(word, sizeof word, "%.*s", (int)(len > 63 ? 63 : len), name);
        return option_unknown(l->command, word, err);
    }
    if (value == NULL && o->type == OPTION_BOOL)
        value = "true";
    if (value == NULL) {
        if (*i + 1 >= argc)
            return error_set(err, "--%s wants a value: --%s %s", o->name, o->name, o->arg);
        value = argv[++*i];
    }
    l->set[o - config_options] = true;
    if (option_store(l->config, o, value, err) != 0)
        return error_prefix(err, "--%s", o->name);
    return 0;
}

static int load_flags(struct loader *l, int argc, char **argv, int *operands, struct error *err) {
    int n = 0;
    bool only_operands = false;
    for (int i = 1; i < argc; i++) {
        char *word = argv[i];
        if (!only_operands && strcmp(word, "--") == 0) {
            only_operands = true;
        } else if (!only_operands && text_starts(word, "--")) {
            if (flag_take(l, argc, argv, &i, err) != 0)
                return -1;
        } else if (!only_operands && word[0] == '-' && word[1] != '\0') {
            return error_set(err, "unknown option %s (see --help)", word);
        } else {
            argv[n++] = word;
        }
    }
    *operands = n;
    return 0;
}

/* Splits a list from the environment at commas and white space. */
static int store_env_value(struct config *c, const struct option *o, const char *value,
                           struct error *err) {
    if (o->type != OPTION_LIST)
        return option_store(c, o, value, err);
    struct slice rest = slice_of(value);
    struct slice part;
    char word[256];
    while (slice_next(&rest, ',', &part)) {
        part = slice_trim(part);
        if (part.len == 0 || part.len >= sizeof word)
            continue;
        snprintf(word, sizeof word, "%.*s", (int)part.len, part.ptr);
        if (option_store(c, o, word, err) != 0)
            return -1;
    }
    return 0;
}

/* PLATEN_LOG_LEVEL=debug sets log-level. A PLATEN_ name that no command knows is a misspelling
 * worth an error. */
static int load_environment(struct loader *l, char **environ_list, struct error *err) {
    for (char **e = environ_list; e != NULL && *e != NULL; e++) {
        if (!text_starts(*e, "PLATEN_"))
            continue;
        char name[64];
        size_t n = 0;
        const char *s = *e + strlen("PLATEN_");
        for (; *s != '\0' && *s != '=' && n + 1 < sizeof name; s++)
            name[n++] = *s == '_' ? '-' : text_lower(*s);
        name[n] = '\0';
        if (*s != '=')
            continue;
        const struct option *o = option_find(FOR_ALL, name, n);
        int variable = (int)(s - *e);
        if (o == NULL) {
            const char *near = config_nearest(FOR_ALL, name);
            error_set(err, "unknown setting%s%s%s", near ? ", did you mean the one for --" : "",
                      near ? near : "", near ? "?" : "");
            return error_prefix(err, "%.*s", variable, *e);
        }
        if (!(o->commands & l->command) || l->set[o - config_options])
            continue;
        l->set[o - config_options] = true;
        if (store_env_value(l->config, o, s + 1, err) != 0)
            return error_prefix(err, "%.*s", variable, *e);
    }
    return 0;
}

static const char *scalar_text(const json_t *v, char room[32]) {
    if (json_is_string(v))
        return json_string_value(v);
    if (json_is_true(v))
        return "true";
    if (json_is_false(v))
        return "false";
    if (!json_is_integer(v))
        return NULL;
    snprintf(room, 32, "%lld", (long long)json_integer_value(v));
    return room;
}

/* The option a key of the file names: "log_level" is log-level. NULL when none. */
static const struct option *option_of_key(const char *key) {
    char name[64];
    snprintf(name, sizeof name, "%s", key);
    for (char *p = name; *p != '\0'; p++)
        *p = *p == '_' ? '-' : *p;
    return option_find(FOR_ALL, name, strlen(name));
}

bool config_knows(const char *key) {
    return option_of_key(key) != NULL;
}

static int store_file_value(struct config *c, const struct option *o, const json_t *v,
                            struct error *err) {
    char room[32];
    if (o->type == OPTION_LIST && json_is_array(v)) {
        size_t i;
        json_t *item;
        json_array_foreach(v, i, item) {
            const char *text = scalar_text(item, room);
            if (text == NULL)
                return error_set(err, "must be a list of texts");
            if (option_store(c, o, text, err) != 0)
                return -1;
        }
        return 0;
    }
    const char *text = scalar_text(v, room);
    if (text == NULL)
        return error_set(err, "must be one value");
    return option_store(c, o, text, err);
}

/* A key of the file is an option's name (with - or _), or one of the site's own, which are not ours
 * to read. */
/* Puts "FILE:LINE:COLUMN: " before the message, by the place of the key's value. */
static int prefix_place(struct error *err, const char *path, const json_t *places,
                        const char *key) {
    const json_t *at = json_object_get(places, key);
    return error_prefix(err, "%s:%lld:%lld", path,
                        (long long)json_integer_value(json_array_get(at, 0)),
                        (long long)json_integer_value(json_array_get(at, 1)));
}

static int load_file_tree(struct loader *l, const char *path, const json_t *tree,
                          const json_t *places, struct error *err) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)tree, key, value) {
        const struct option *o = option_of_key(key);
        if (o == NULL && site_knows(SITE_PLATEN, key))
            continue;
        if (o == NULL) {
            const char *near = config_nearest(FOR_ALL, key);
            error_set(err, "unknown setting \"%s\"%s%s%s", key, near ? ", did you mean \"" : "",
                      near ? near : "", near ? "\"?" : "");
            return prefix_place(err, path, places, key);
        }
        if (!(o->commands & l->command) || l->set[o - config_options])
            continue;
        l->set[o - config_options] = true;
        if (store_file_value(l->config, o, value, err) != 0) {
            error_prefix(err, "%s", key);
            return prefix_place(err, path, places, key);
        }
    }
    return 0;
}

static int load_file(struct loader *l, struct error *err) {
    const char *path = l->config->config;
    if (*path == '\0') {
        path = "platen.yaml";
        if (access(path, F_OK) != 0)
            return 0;
    }
    struct buf text;
    buf_init(&text, FILE_MAX);
    json_t *tree = NULL;
    struct yaml_options how = {.places = json_object()};
    int rc = file_read(&text, path, true, err);
    if (rc == 0) {
        rc = yaml_read_with(&tree, buf_str(&text), text.len, &how, err);
        if (rc != 0 && err != NULL && err->line > 0)
            error_prefix(err, "%s:%d:%d", path, err->line, err->column);
        else if (rc != 0)
            error_prefix(err, "%s", path);
    }
    if (rc == 0 && json_is_object(tree))
        rc = load_file_tree(l, path, tree, how.places, err);
    else if (rc == 0 && !json_is_null(tree))
        rc = error_set(err, "%s: must hold \"name: value\" lines", path);
    json_decref(how.places);
    json_decref(tree);
    buf_free(&text);
    return rc;
}

static int load_defaults(struct loader *l, bool only_unset, struct error *err) {
    for (size_t i = 0; i < config_option_count; i++) {
        const struct option *o = &config_options[i];
        if (only_unset ? l->set[i] || o->type != OPTION_LIST || *o->def == '\0'
                       : o->type == OPTION_LIST)
            continue;
        if (option_store(l->config, o, o->def, err) != 0)
            return error_prefix(err, "default of --%s", o->name);
    }
    return 0;
}

int config_load(struct config *c, enum command_mask command, int argc, char **argv,
                char **environ_list, int *operands, struct error *err) {
    *c = (struct config){.arena = arena_new(FILE_MAX)};
    *operands = 0;
    if (c->arena == NULL)
        return error_set(err, "out of memory");
    struct loader l = {.config = c, .command = command};
    if (load_defaults(&l, false, err) != 0 || load_flags(&l, argc, argv, operands, err) != 0 ||
        load_environment(&l, environ_list, err) != 0 || load_file(&l, err) != 0)
        return -1;
    return load_defaults(&l, true, err);
}

void config_free(struct config *c) {
    arena_free(c->arena);
    c->arena = NULL;
}

void config_help(struct buf *out, enum command_mask command) {
    buf_puts(out, "Options:\n");
    for (size_t i = 0; i < config_option_count; i++) {
        const struct option *o = &config_options[i];
        if (!(o->commands & command))
            continue;
        char flag[64];
        snprintf(flag, sizeof flag, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
        bool shown = o->def[0] != '\0' && strcmp(o->def, "false") != 0 && strcmp(o->def, "0") != 0;
        buf_printf(out, "  %-26s %s%s%s%s\n", flag, o->help, shown ? " (default " : "",
                   shown ? o->def : "", shown ? ")" : "");
    }
    buf_puts(out,
             "\nEvery option also comes from the environment (PLATEN_LOG_LEVEL for --log-level)\n"
             "and from a settings file; flags win over environment, environment over file.\n");
}
