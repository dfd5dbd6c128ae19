#include "cli/content.h"

#include "base/clock.h"
#include "cli/publishing.h"
#include "ingest/git.h"
#include "store/settings.h"

#include <stdio.h>
#include <unistd.h>

struct teller {
    bool terminal;
    bool shown; /* a progress line stands on the terminal */
    int64_t began_ms;
    int64_t last_ms;
};

static void clear_line(struct teller *t) {
    if (t->shown)
        fputs("\r\033[K", stderr);
    t->shown = false;
}

/* Control characters of a file's name must not reach the terminal. */
static void print_path(const char *path) {
    for (const char *p = path; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x20 || c == 0x7f)
            fprintf(stderr, "\\x%02x", c);
        else
            fputc(c, stderr);
    }
}

static void tell(void *arg, bool error, const char *path, int line, int column, const char *text) {
    struct teller *t = arg;
    clear_line(t);
    print_path(path);
    if (line > 0)
        fprintf(stderr, ":%d:%d", line, column);
    fprintf(stderr, ": %s%s\n", error ? "" : "note: ", text);
}

static void note(void *arg, const char *path, const char *why) {
    tell(arg, false, path, 0, 0, why);
}

static void progress(void *arg, size_t done, size_t total) {
    struct teller *t = arg;
    int64_t now = clock_mono_ms();
    if (!t->terminal || (done < total && now - t->last_ms < 100))
        return;
    t->last_ms = now;
    double seconds = (double)(now - t->began_ms) / 1000.0;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    double left = rate > 0 ? (double)(total - done) / rate : 0;
    fprintf(stderr, "\r\033[K%zu of %zu posts, %.0f a second, %.0f s left", done, total, rate,
            left);
    t->shown = true;
}

int content_renderer(struct renderer **out, const struct config *c, struct log *log,
                     struct error *err) {
    struct renderer_options o = {
        .children = (unsigned)c->jobs,
        .timeout_ms = (unsigned)c->render_timeout,
        .memory = (size_t)c->render_memory,
        .max_source = (size_t)c->max_post,
        .log = log,
    };
    return renderer_open(out, &o, err);
}

unsigned content_threads(const struct config *c) {
    long cpus = c->jobs > 0 ? (long)c->jobs : sysconf(_SC_NPROCESSORS_ONLN);
    /* Two for each child: while one waits for its child the other reads the next file. */
    return cpus < 1 ? 2 : (unsigned)cpus * 2;
}

void content_git_dir(char *out, size_t size, const struct config *c) {
    if (*c->git_dir != '\0')
        snprintf(out, size, "%s", c->git_dir);
    else
        snprintf(out, size, "%s.git", c->db);
}

/* A source: folders, or one git repository. */
struct source_tree {
    struct tree *tree;
    struct git *git; /* NULL: folders */
    struct buf token;
    struct file_dates *dates;
    const char *folders[TREE_MAX_ROOTS];
    char git_dir[4200];
};

static void source_close(struct source_tree *s) {
    file_dates_free(s->dates);
    tree_close(s->tree);
    git_close(s->git);
    buf_free(&s->token);
}

static int fetch_source(struct source_tree *s, const struct command_context *c,
                        struct teller *teller, struct error *err) {
    struct config config = *c->config;
    struct git_options o;
    struct git_commit commit;
    if (*config.repo_token_file != '\0' &&
        publishing_secret(&s->token, "repo-token-file", config.repo_token_file, err) != 0)
        return -1;
    config.repo = c->operands[0];
    content_git_dir(s->git_dir, sizeof s->git_dir, &config);
    publishing_git_options(&o, &config, buf_str(&s->token), s->git_dir, c->log);
    if (git_open(&s->git, &o, err) != 0 || git_begin(s->git, err) != 0 ||
        git_fetch(s->git, NULL, err) != 0 || git_read_commit(s->git, NULL, &commit, err) != 1)
        return -1;
    fprintf(stderr, "fetched commit %.10s: %s\n", commit.oid, commit.title);
    if (git_tree(&s->tree, s->git, &commit, note, teller, err) != 0)
        return -1;
    s->dates = file_dates_new(s->tree, NULL, 0, commit.time, c->log);
    return 0;
}

/* A folder is a folder, whatever its name looks like. */
static bool is_repository(const char *operand) {
    return git_is_url(operand) && access(operand, F_OK) != 0;
}

static int source_open(struct source_tree *s, const struct command_context *c,
                       struct teller *teller, struct error *err) {
    *s = (struct source_tree){0};
    const char **folders = s->folders;
    buf_init(&s->token, 4096);
    for (int i = 0; i < c->operand_count; i++) {
        folders[i] = c->operands[i];
        if (!is_repository(folders[i]))
            continue;
        if (c->operand_count > 1)
            return error_set(err, "%s: a repository is imported alone", folders[i]);
        return fetch_source(s, c, teller, err);
    }
    size_t count = (size_t)c->operand_count;
    if (tree_open(&s->tree, folders, count, note, teller, err) != 0)
        return -1;
    s->dates = file_dates_new(s->tree, folders, count, 0, c->log);
    return 0;
}

/* What readers see is no commit's tree any more: a server beside us will look at its repository anew. */
static int forget_commit(void *arg, struct db *db, const struct sync_result *r, int64_t revision,
                         struct error *err) {
    (void)arg;
    (void)r;
    return revision == 0 ? 0 : setting_drop(db, "applied_commit", err);
}

int content_sync(struct sync_result *out, double *seconds, const struct command_context *c,
                 struct store *store, struct error *err) {
    struct teller teller = {.terminal = isatty(STDERR_FILENO), .began_ms = clock_mono_ms()};
    struct source_tree source;
    struct renderer *renderer = NULL;
    int64_t began = clock_mono_us();
    int rc = source_open(&source, c, &teller, err);
    if (rc == 0)
        rc = content_renderer(&renderer, c->config, c->log, err);
    if (rc == 0) {
        struct sync_options o = {
            .store = store,
            .renderer = renderer,
            .threads = content_threads(c->config),
            .max_post = (size_t)c->config->max_post,
            .strict = c->config->strict,
            .replace = c->config->replace,
            .content = c->config->content_dir,
            .dates = source.dates,
            .also = config_knows,
            .keep_revisions = c->config->keep_revisions,
            .report = tell,
            .progress = progress,
            .finish = forget_commit,
            .arg = &teller,
            .log = c->log,
        };
        rc = sync_tree(out, &o, source.tree, err);
    }
    *seconds = (double)(clock_mono_us() - began) / 1e6;
    clear_line(&teller);
    renderer_close(renderer);
    source_close(&source);
    return rc;
}
