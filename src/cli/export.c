/* platen export DIR: the blog as a folder again.
 *
 * Every file that was taken is written as it came, under the name it came with: posts (the last version that
 * was taken), media, settings and what posts include; so whatever generator it was made for finds its own
 * layout, and Platen itself the same site. Posts and files of the API become files where that layout
 * has such, their address in their front matter. A file's time is when its post was last changed: what is
 * dated by its file keeps its date.
 *
 * One read transaction; everything goes into a folder beside DIR, which becomes DIR when it is whole. */
#include "cli/cli.h"

#include "base/date.h"
#include "base/file.h"
#include "base/file_write.h"
#include "base/json.h"
#include "base/text.h"
#include "store/media.h"
#include "store/posts.h"
#include "store/publish.h"
#include "store/settings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP = 256 * 1024, KEPT_BYTES = 32 << 20 };
enum flavour { PLAIN, HUGO, JEKYLL, ZOLA };

struct export {
    const char *dir;
    char partial[4096];
    int root;
    struct db *db;
    enum flavour flavour;
    bool settings;       /* there are files of settings */
    bool history;        /* posts are dated by the repository's */
    const char *content; /* where posts of the API go: "content/" or "" */
    size_t posts, files, lost;
    struct error *err;
};

/* ---- files ---- */

static int set_time(int fd, int64_t when) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)when}};
    return futimens(fd, times);
}

/* when: UTC seconds, 0 = now. */
static int put_file(struct export *x, const char *path, const void *data, size_t n, int64_t when) {
    int fd = file_create_below(x->root, path, x->err);
    if (fd < 0)
        return -1;
    int rc = file_write_all(fd, data, n, x->err);
    if (rc == 0 && when != 0)
        (void)set_time(fd, when);
    if (close(fd) != 0 && rc == 0)
        rc = error_set(x->err, "cannot be written: %s", strerror(errno));
    return rc == 0 ? 0 : error_prefix(x->err, "%s", path);
}

static int copy_media(struct export *x, const struct media *m, int fd) {
    char *block = malloc(STEP);
    int rc = block == NULL ? error_set(x->err, "out of memory") : 0;
    for (uint64_t at = 0; rc == 0 && at < m->size;) {
        ssize_t n = media_read(x->db, m, at, block, STEP, x->err);
        if (n <= 0)
            rc = n < 0 ? -1 : error_set(x->err, "ends early in the database");
        else
            rc = file_write_all(fd, block, (size_t)n, x->err);
        at += n > 0 ? (uint64_t)n : 0;
    }
    free(block);
    return rc;
}

static int put_media(struct export *x, const char *path, int64_t id) {
    struct media m;
    int rc = media_by_id(x->db, id, &m, x->err);
    if (rc != 1)
        return rc < 0 ? -1 : error_set(x->err, "%s: its bytes are not in the database", path);
    int fd = file_create_below(x->root, path, x->err);
    if (fd < 0)
        return -1;
    rc = copy_media(x, &m, fd);
    if (close(fd) != 0 && rc == 0)
        rc = error_set(x->err, "cannot be written: %s", strerror(errno));
    x->files++;
    return rc == 0 ? 0 : error_prefix(x->err, "%s", path);
}

/* ---- what the API wrote ---- */

/* The member that holds a post's whole address, by the generator whose layout it is. */
static const char *address_key(const struct export *x) {
    return x->flavour == JEKYLL ? "permalink" : x->flavour == ZOLA ? "path" : "url";
}

static void post_path(const struct export *x, const struct post *p, struct buf *out) {
    if (x->flavour == JEKYLL) {
        buf_puts(out, "_posts/");
        date_layout(out, "2006-01-02", p->published, p->published_offset);
        buf_printf(out, "-%s", p->slug);
    } else {
        buf_printf(out, "%s%s%s%s", x->content, p->section, *p->section != '\0' ? "/" : "",
                   p->slug);
    }
    buf_printf(out, "-%lld.md", (long long)p->id); /* no other file has that */
}

/* One line of JSON and the body, as ingest/author.c keeps it. */
static int put_api_post(struct export *x, const struct post *p) {
    const char *line = memchr(p->markdown, '\n', p->markdown_len);
    size_t head = line == NULL ? p->markdown_len : (size_t)(line - p->markdown);
    json_t *front = NULL;
    struct buf text, path;
    buf_init(&text, p->markdown_len + 65536);
    buf_init(&path, 4096);
    int rc = json_read(&front, p->markdown, head, x->err);
    if (rc == 0) {
        (void)json_object_del(front, "section");
        if (json_put_string(front, address_key(x), p->permalink) != 0 ||
            json_write(&text, front) != 0)
            rc = error_set(x->err, "out of memory");
    }
    buf_append(&text, p->markdown + head, p->markdown_len - head);
    post_path(x, p, &path);
    if (rc == 0)
        rc = put_file(x, buf_str(&path), buf_str(&text), text.len, p->published);
    json_decref(front);
    buf_free(&path);
    buf_free(&text);
    return rc;
}

/* A file of the API is served from the root. */
static int put_api_media(struct export *x, int64_t id) {
    struct buf path;
    buf_init(&path, 4096);
    buf_puts(&path, x->flavour == JEKYLL ? "" : "static");
    int rc = media_path(x->db, id, &path, x->err);
    if (rc == 1)
        rc = put_media(x, buf_str(&path) + (x->flavour == JEKYLL), id);
    buf_free(&path);
    return rc;
}

/* ---- everything ---- */

/* Behind the first line of the front matter, as its kind writes it. */
static void put_lastmod(struct buf *out, const struct post *p, size_t first_line) {
    const char kind = p->markdown[0];
    buf_append(out, p->markdown, kind == '{' ? 1 : first_line);
    buf_puts(out, kind == '{' ? "\"lastmod\": \"" : kind == '+' ? "lastmod = " : "lastmod: ");
    date_rfc3339(out, p->updated, p->updated_offset);
    buf_puts(out, kind == '{' ? "\"," : "\n");
    const size_t done = kind == '{' ? 1 : first_line;
    buf_append(out, p->markdown + done, p->markdown_len - done);
}

/* When a post was last changed was told by the repository's history, which does not come along. */
static int put_dated(struct export *x, const struct post *p) {
    const char *line = memchr(p->markdown, '\n', p->markdown_len);
    const bool front =
        p->markdown_len > 3 && (text_starts(p->markdown, "---") ||
                                text_starts(p->markdown, "+++") || text_starts(p->markdown, "{"));
    struct buf text;
    if (!front || line == NULL || memmem(p->markdown, p->markdown_len, "lastmod", 7) != NULL)
        return put_file(x, p->source, p->markdown, p->markdown_len, p->updated);
    buf_init(&text, p->markdown_len + 256);
    put_lastmod(&text, p, (size_t)(line + 1 - p->markdown));
    int rc = put_file(x, p->source, buf_str(&text), text.len, p->published);
    buf_free(&text);
    return rc;
}

static int put_post(void *arg, const struct post *p) {
    struct export *x = arg;
    x->posts++;
    if (post_is_api(p->source))
        return put_api_post(x, p) == 0 ? 0 : -2;
    if (x->history && p->updated != p->published)
        return put_dated(x, p) == 0 ? 0 : -2;
    return put_file(x, p->source, p->markdown, p->markdown_len,
                    p->updated != 0 ? p->updated : p->published) == 0
               ? 0
               : -2;
}

static int put_source(void *arg, const struct source *s) {
    struct export *x = arg;
    int rc = 0;
    if (s->role == SOURCE_SETTINGS)
        return 0;
    if (s->ref == 0)
        x->lost++; /* never taken: there is nothing of it */
    else if (s->role == SOURCE_POST)
        rc = post_any_by_id(x->db, s->ref, put_post, x, x->err) < 0 ? -2 : 0;
    else
        rc = (post_is_api(s->path) ? put_api_media(x, s->ref) : put_media(x, s->path, s->ref)) != 0
                 ? -2
                 : 0;
    return rc;
}

static bool named(const char *path, const char *name) {
    return strcmp(path, name) == 0 ||
           (text_ends(path, name) && path[strlen(path) - strlen(name) - 1] == '/');
}

static void note_flavour(struct export *x, const char *path, const char *text) {
    if (named(path, "_config.yml") || named(path, "_config.yaml") || named(path, "_config.toml"))
        x->flavour = JEKYLL;
    else if (named(path, "zola.toml") ||
             (named(path, "config.toml") && strstr(text, "base_url") != NULL))
        x->flavour = ZOLA;
    else if (!named(path, "platen.yaml") && x->flavour == PLAIN)
        x->flavour = HUGO;
    x->content = x->flavour == JEKYLL ? "" : x->flavour != PLAIN ? "content/" : x->content;
}

/* A blog without settings has its posts in content/ when the first has. */
static int note_content(void *arg, const struct source *s) {
    struct export *x = arg;
    if (s->role == SOURCE_SETTINGS)
        x->settings = true;
    if (s->role == SOURCE_POST && text_starts(s->path, "content/"))
        x->content = "content/";
    if (s->role == SOURCE_POST && text_starts(s->path, "_posts/"))
        x->flavour = JEKYLL;
    return 0;
}

/* The settings, and what posts include. */
static int put_kept(struct export *x) {
    struct buf text;
    json_t *kept = NULL, *value;
    const char *path;
    buf_init(&text, KEPT_BYTES);
    int rc = setting_get(x->db, "kept", &text, x->err);
    if (rc == 1)
        rc = json_read(&kept, buf_str(&text), text.len, x->err);
    else if (rc == 0 && x->settings)
        rc = error_set(x->err, "the settings were not kept by the version that imported them: "
                               "import once more, then export");
    json_object_foreach(kept, path, value) {
        if (!json_is_string(value)) {
            x->lost++; /* ingest/kept.c could not keep it */
            continue;
        }
        note_flavour(x, path, json_string_value(value));
        if (rc == 0)
            rc = put_file(x, path, json_string_value(value), json_string_length(value), 0);
    }
    json_decref(kept);
    buf_free(&text);
    return rc;
}

static int read_site(struct export *x) {
    struct buf text;
    json_t *site = NULL;
    buf_init(&text, KEPT_BYTES);
    int rc = setting_get(x->db, "site", &text, x->err);
    if (rc == 1)
        rc = json_read(&site, buf_str(&text), text.len, x->err);
    x->history = json_get_bool(json_object_get(site, "paths"), "git_info", false);
    json_decref(site);
    buf_free(&text);
    return rc;
}

static int put_all(struct export *x) {
    if (read_site(x) != 0 || source_all(x->db, note_content, x, x->err) != 0 || put_kept(x) != 0)
        return -1;
    return source_all(x->db, put_source, x, x->err) == 0 ? 0 : -1;
}

/* ---- the folder ---- */

static bool is_empty(const char *dir) {
    DIR *d = opendir(dir);
    int names = 0;
    while (d != NULL && names <= 2 && readdir(d) != NULL)
        names++;
    if (d != NULL)
        closedir(d);
    return d != NULL && names <= 2; /* "." and ".." */
}

static int check_place(struct export *x) {
    struct stat st;
    if (lstat(x->dir, &st) != 0)
        return 0;
    if (!S_ISDIR(st.st_mode))
        return error_set(x->err, "%s: is there and is no folder: name a new one", x->dir);
    return is_empty(x->dir) ? 0 : error_set(x->err, "%s: is not empty: name a new folder", x->dir);
}

static int open_folder(struct export *x) {
    size_t n = strlen(x->dir);
    while (n > 1 && x->dir[n - 1] == '/')
        n--;
    if (n > sizeof x->partial - 32)
        return error_set(x->err, "%s: the name is too long", x->dir);
    if (check_place(x) != 0)
        return -1;
    snprintf(x->partial, sizeof x->partial, "%.*s.partial-XXXXXX", (int)n, x->dir);
    if (mkdtemp(x->partial) == NULL) {
        error_set(x->err, "%s: cannot be made: %s", x->partial, strerror(errno));
        *x->partial = '\0';
        return -1;
    }
    x->root = open(x->partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return x->root >= 0 ? 0 : error_set(x->err, "%s: %s", x->partial, strerror(errno));
}

/* It was for our eyes only while it was made; and is on the disk before it is called whole. */
static int settle(struct export *x) {
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(x->root, 0777 & ~mask) == 0 && syncfs(x->root) == 0)
        return 0;
    return error_set(x->err, "%s: cannot be written to the disk: %s", x->partial, strerror(errno));
}

/* An empty folder at its place is replaced. */
static int close_folder(struct export *x, int rc) {
    if (rc == 0)
        rc = settle(x);
    if (x->root >= 0)
        close(x->root);
    if (rc == 0 && rename(x->partial, x->dir) != 0)
        rc = error_set(x->err, "%s: %s", x->dir, strerror(errno));
    if (rc != 0 && *x->partial != '\0')
        (void)file_remove_tree(x->partial);
    return rc;
}

static int export(struct export *x, const struct command_context *c) {
    struct store *store;
    if (cli_has_database(c->config->db, x->err) != 0 ||
        store_open(&store, c->config->db, c->log, x->err) != 0)
        return -1;
    x->db = store_reader(store, x->err);
    int rc = x->db == NULL ? -1 : db_begin_read(x->db, x->err);
    if (rc == 0)
        rc = open_folder(x);
    if (rc == 0)
        rc = put_all(x);
    if (x->db != NULL) {
        db_end_read(x->db);
        store_reader_done(store, x->db);
    }
    store_close(store);
    return close_folder(x, rc);
}

int cmd_export(const struct command_context *c) {
    struct error err = {0};
    struct export x = {.dir = c->operands[0], .root = -1, .content = "", .err = &err};
    if (export(&x, c) != 0)
        return cli_failed(&err);
    if (x.lost > 0)
        fprintf(stderr,
                "export: %zu files were never taken and are not there (platen check names them)\n",
                x.lost);
    fprintf(stderr, "export: %zu posts, %zu files in %s\n", x.posts, x.files, x.dir);
    return EXIT_DONE;
}
