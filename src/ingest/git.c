/* The bare repository: made, locked, filled by fetches of single commits without history (depth 1),
 * thrown away when it is damaged or has grown old. The tip of the published branch is kept as
 * refs/platen/tip, a commit asked for by its id as refs/platen/asked. */
#include "ingest/git_private.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/unicode.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ASKED "refs/platen/asked"
#define LOCK_NAME "platen.lock"

enum { LOCK_WAIT_MS = 10000, PACKS_TIDY = 40, PACKS_MAX = 400, LOOSE_MAX = 40, INIT_MS = 20000 };

/* ---- options ---- */

bool git_is_url(const char *text) {
    const char *colon = strchr(text, ':'), *slash = strchr(text, '/');
    if (strstr(text, "://") != NULL)
        return true;
    return colon != NULL && (slash == NULL || colon < slash) && colon != text;
}

/* "https://user:secret@host/path": where the part before '@' is, len 0 when there is none. */
static struct slice user_of(const char *url) {
    const char *scheme = strstr(url, "://");
    const char *at = scheme == NULL ? url : scheme + 3;
    size_t authority = strcspn(at, "/?#");
    const char *end = memrchr(at, '@', authority);
    return end == NULL ? slice_of("") : slice_n(at, (size_t)(end - at));
}

static int check_url(const char *url, struct error *err) {
    struct slice user = user_of(url);
    if (*url == '\0' || *url == '-')
        return error_set(err, "\"%s\" is no repository (--repo)", url);
    for (const char *p = url; *p != '\0'; p++)
        if ((unsigned char)*p <= 0x20 || *p == 0x7f)
            return error_set(err, "the repository's URL holds white space or control characters");
    if (strstr(url, "::") != NULL && !text_starts(url, "/"))
        return error_set(err, "remote helpers (\"x::\") are not taken as a repository");
    if (memchr(user.ptr, ':', user.len) != NULL)
        return error_set(err, "the repository's URL holds a password, which everybody on this "
                              "machine could read: put it into a file (--repo-token-file)");
    return 0;
}

static int check_branch(const char *branch, struct error *err) {
    for (const char *p = branch; *p != '\0'; p++)
        if ((unsigned char)*p <= 0x20 || strchr("~^:?*[\\", *p) != NULL || *p == 0x7f)
            return error_set(err, "\"%s\" is no name of a branch (--branch)", branch);
    if (*branch == '-' || strstr(branch, "..") != NULL)
        return error_set(err, "\"%s\" is no name of a branch (--branch)", branch);
    return 0;
}

static char *without_user(const char *url) {
    struct slice user = user_of(url);
    struct buf b;
    buf_init(&b, 8192);
    if (user.len == 0 || strstr(url, "://") == NULL || text_starts(url, "ssh:")) {
        buf_puts(&b, url);
    } else {
        buf_append(&b, url, (size_t)(user.ptr - url));
        buf_puts(&b, user.ptr + user.len + 1);
    }
    return buf_take(&b, NULL);
}

static const char *keep(struct git *g, const char *text) {
    return arena_strdup(g->arena, text == NULL ? "" : text);
}

/* Git runs in "/", so paths must not depend on where we stand. */
static const char *absolute(struct git *g, const char *path) {
    char here[4096];
    if (*path == '\0' || *path == '/' || getcwd(here, sizeof here) == NULL)
        return keep(g, path);
    size_t n = strlen(here) + strlen(path) + 2;
    char *out = arena_alloc(g->arena, n);
    if (out != NULL)
        snprintf(out, n, "%s/%s", here, path);
    return out;
}

int git_open(struct git **out, const struct git_options *o, struct error *err) {
    if (check_url(o->url, err) != 0 || check_branch(o->branch, err) != 0)
        return -1;
    struct git *g = calloc(1, sizeof *g);
    if (g == NULL)
        return error_set(err, "out of memory");
    g->lock = -1;
    g->o = *o;
    g->arena = arena_new((size_t)1 << 20);
    g->shown_url = without_user(o->url);
    if (g->arena != NULL) {
        g->o.url = git_is_url(o->url) ? keep(g, o->url) : absolute(g, o->url);
        g->o.branch = keep(g, o->branch);
        g->o.folder = absolute(g, o->folder);
        g->o.token = keep(g, o->token);
        g->o.ssh_key = absolute(g, o->ssh_key);
        g->o.known_hosts = absolute(g, o->known_hosts);
        g->o.protocols = keep(g, o->protocols);
    }
    int rc = g->arena == NULL || g->shown_url == NULL || !g->o.url || !g->o.branch ||
                     !g->o.folder || !g->o.token || !g->o.ssh_key || !g->o.known_hosts ||
                     !g->o.protocols
                 ? error_set(err, "out of memory")
                 : git_make_env(g, err);
    if (rc != 0) {
        git_close(g);
        return -1;
    }
    *out = g;
    return 0;
}

void git_close(struct git *g) {
    if (g == NULL)
        return;
    git_end(g);
    arena_free(g->arena);
    free(g->shown_url);
    free(g);
}

const char *git_url(const struct git *g) {
    return g->shown_url;
}

enum git_fault git_fault(const struct git *g) {
    return g->fault;
}

/* ---- the bare repository ---- */

static char *in_folder(const struct git *g, char *out, size_t size, const char *name) {
    snprintf(out, size, "%s/%s", g->o.folder, name);
    return out;
}

static bool exists(const struct git *g, const char *name) {
    char path[4200];
    return access(in_folder(g, path, sizeof path, name), F_OK) == 0;
}

static int take_lock(struct git *g, struct error *err) {
    char path[4200];
    if (mkdir(g->o.folder, 0700) != 0 && errno != EEXIST)
        return error_set(err, "%s: cannot be made: %s (--git-dir)", g->o.folder, strerror(errno));
    g->lock = open(in_folder(g, path, sizeof path, LOCK_NAME), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (g->lock < 0)
        return error_set(err, "%s: %s (--git-dir)", path, strerror(errno));
    int64_t until = clock_mono_ms() + LOCK_WAIT_MS;
    while (flock(g->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || clock_mono_ms() > until) {
            git_end(g);
            return error_set(err, "%s: another platen is using it: try again", g->o.folder);
        }
        usleep(20000);
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int what, struct FTW *at) {
    (void)st;
    (void)what;
    if (at->level == 0 || (at->level == 1 && strcmp(path + at->base, LOCK_NAME) == 0) ||
        (at->level == 1 && strcmp(path + at->base, "known_hosts") == 0))
        return 0;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

/* Only what git made. */
void git_clear(struct git *g) {
    if (exists(g, "HEAD") || exists(g, "objects"))
        (void)nftw(g->o.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* How many entries a folder has whose names begin and end so; those that `drop` are deleted. */
static size_t count_names(const struct git *g, const char *folder, const char *begin,
                          const char *end, bool drop) {
    char path[4200];
    DIR *d = opendir(in_folder(g, path, sizeof path, folder));
    size_t n = 0;
    struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.' || strcmp(e->d_name, LOCK_NAME) == 0 ||
            !text_starts(e->d_name, begin) || !text_ends(e->d_name, end))
            continue;
        n++;
        if (drop)
            (void)unlinkat(dirfd(d), e->d_name, 0);
    }
    if (d != NULL)
        closedir(d);
    return n;
}

/* What a killed git leaves behind. */
static void clear_leftovers(struct git *g) {
    static const char *const folders[] = {"", "refs/platen"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        (void)count_names(g, folders[i], "", ".lock", true);
    (void)count_names(g, "objects/pack", "tmp_", "", true);
    (void)count_names(g, "objects", "tmp_", "", true);
}

static int make_repository(struct git *g, struct error *err) {
    static const char *const args[] = {"init", "--quiet", "--bare", "--template=", NULL};
    if (exists(g, "HEAD") && exists(g, "objects"))
        return 0;
    if (git_run(g, args, NULL, INIT_MS, err) != 0)
        return error_prefix(err, "%s", g->o.folder);
    return 0;
}

int git_begin(struct git *g, struct error *err) {
    g->fault = GIT_FAULT_HOST;
    if (take_lock(g, err) != 0)
        return -1;
    clear_leftovers(g);
    /* What git_tidy could not pack together; of loose objects one folder of 256 says how many there
     * are. */
    if (count_names(g, "objects/pack", "", ".pack", false) > PACKS_MAX ||
        count_names(g, "objects/17", "", "", false) > LOOSE_MAX)
        git_clear(g);
    if (make_repository(g, err) == 0)
        return 0;
    git_end(g);
    return -1;
}

void git_end(struct git *g) {
    git_reader_close(g->reader);
    g->reader = NULL;
    if (g->lock >= 0 && g->fault == GIT_FAULT_CACHE) {
        git_clear(g);
        log_warn(g->o.log, "%s was damaged and has been deleted: all is fetched anew", g->o.folder);
    }
    if (g->lock >= 0)
        close(g->lock);
    g->lock = -1;
}

/* ---- asking the host ---- */

static bool is_oid(const char *text) {
    size_t n = strspn(text, "0123456789abcdef");
    return n == 40 && text[n] == '\0';
}

int git_remote_tip(struct git *g, char oid[GIT_OID_MAX], struct error *err) {
    char ref[300];
    struct buf out;
    snprintf(ref, sizeof ref, "%s%s", *g->o.branch == '\0' ? "HEAD" : "refs/heads/", g->o.branch);
    const char *const args[] = {"ls-remote", "--quiet", "--exit-code", "--", g->o.url, ref, NULL};
    buf_init(&out, 4096);
    int rc = git_run(g, args, &out, (int64_t)g->o.timeout_s * 1000, err);
    if (rc == 0) {
        snprintf(oid, GIT_OID_MAX, "%.40s", buf_str(&out));
        if (!is_oid(oid))
            rc = error_set(err, "the host has no branch %s", ref);
    }
    buf_free(&out);
    return rc;
}

/* A reader that was started before a fetch finds what the fetch brought, so it starts meanwhile. */
static int start_reader(struct git *g, struct error *err) {
    return g->reader != NULL ? 0 : git_reader_open(&g->reader, g, err);
}

/* One run of `git fetch`. A first one, and one of a commit by its id, takes that commit alone; later
 * ones only what is new since then, which saves a round trip and most of the host's work. Protocol 0
 * costs a round trip less than 2; but only in 2 does every host give a commit by its id. */
static int fetch_once(struct git *g, const char *commit, bool alone, struct error *err) {
    char spec[400];
    const char *args[24] = {"-c",
                            commit != NULL ? "protocol.version=2" : "protocol.version=0",
                            "fetch",
                            "--quiet",
                            "--force",
                            "--update-shallow",
                            "--no-tags",
                            "--no-write-fetch-head",
                            "--no-auto-maintenance",
                            "--no-recurse-submodules",
                            "--no-show-forced-updates"};
    size_t n = 11;
    if (commit != NULL)
        snprintf(spec, sizeof spec, "+%s:" ASKED, commit);
    else
        snprintf(spec, sizeof spec, "+%s%s:" GIT_TIP, *g->o.branch == '\0' ? "HEAD" : "refs/heads/",
                 g->o.branch);
    if (alone)
        args[n++] = "--depth=1";
    args[n++] = "--";
    args[n++] = g->o.url;
    args[n++] = spec;
    return git_run(g, args, NULL, (int64_t)g->o.timeout_s * 1000, err);
}

static void drop_reader(struct git *g) {
    git_reader_close(g->reader);
    g->reader = NULL;
}

int git_fetch(struct git *g, const char *commit, struct error *err) {
    bool alone = commit != NULL || !exists(g, GIT_TIP);
    if (start_reader(g, err) != 0)
        return -1;
    int rc = fetch_once(g, commit, alone, err);
    if (rc != 0 && !alone && (g->fault == GIT_FAULT_LIMIT || g->late)) {
        /* the branch may have another history now, all of which is too much: its tip alone is not */
        clear_leftovers(g);
        rc = fetch_once(g, commit, true, err);
    }
    if (rc != 0) {
        drop_reader(g);
        if (g->fault != GIT_FAULT_CACHE)
            clear_leftovers(g);
    }
    return rc;
}

void git_tidy(struct git *g) {
    static const char *const args[] = {"repack", "-a", "-d", "-q", NULL};
    struct error err = {0};
    if (git_begin(g, &err) != 0)
        return;
    if (count_names(g, "objects/pack", "", ".pack", false) > PACKS_TIDY &&
        git_run(g, args, NULL, (int64_t)g->o.timeout_s * 1000, &err) != 0)
        log_warn(g->o.log, "%s could not be packed: %s", g->o.folder, err.text);
    git_end(g);
}

/* ---- commits ---- */

static void copy_text(char *out, size_t size, struct slice text) {
    unicode_line(out, size, text.ptr, text.len);
}

/* "tree OID\n", "author NAME <MAIL> SECONDS ZONE\n", an empty line, the message. */
static int parse_commit(struct git_commit *c, struct slice text, struct error *err) {
    struct slice line;
    while (slice_next(&text, '\n', &line) && line.len > 0) {
        if (slice_starts(line, "tree "))
            copy_text(c->tree, sizeof c->tree, slice_n(line.ptr + 5, line.len - 5));
        const char *mail = memchr(line.ptr, '<', line.len);
        if (slice_starts(line, "author ") && mail != NULL)
            copy_text(c->author, sizeof c->author,
                      slice_trim(slice_n(line.ptr + 7, (size_t)(mail - line.ptr) - 7)));
        const char *end = memrchr(line.ptr, '>', line.len);
        if (slice_starts(line, "committer ") && end != NULL)
            c->time = strtoll(end + 1, NULL, 10);
    }
    if (slice_next(&text, '\n', &line))
        copy_text(c->title, sizeof c->title, slice_trim(line));
    return is_oid(c->tree) ? 0 : error_set(err, "commit %s is malformed", c->oid);
}

int git_read_commit(struct git *g, const char *commit, struct git_commit *out, struct error *err) {
    enum { COMMIT_MAX = 1 << 20 };
    struct git_object o;
    struct buf text;
    char name[128];
    *out = (struct git_commit){0};
    snprintf(name, sizeof name, "%s^{commit}", commit != NULL ? commit : GIT_TIP);
    buf_init(&text, COMMIT_MAX);
    int rc = start_reader(g, err);
    if (rc == 0)
        rc = git_reader_get(g->reader, name, &o, &(struct git_sink){.buf = &text}, err);
    if (rc == 1) {
        snprintf(out->oid, sizeof out->oid, "%s", o.oid);
        rc = parse_commit(out, slice_n(buf_str(&text), text.len), err) == 0 ? 1 : -1;
    } else if (rc == 0 && commit == NULL) {
        git_failed(g, GIT_FAULT_HOST);
        rc = error_set(err, "what was fetched is no commit");
    }
    buf_free(&text);
    return rc;
}
