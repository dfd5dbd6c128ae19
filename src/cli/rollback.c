/* platen rollback COMMIT | --undo: any earlier commit becomes what readers see, in one transaction, and
 * the tip it left is remembered: only a different tip, or --undo, moves on. Works beside a server. */
#include "cli/publishing.h"

#include "base/clock.h"
#include "base/json.h"
#include "cli/content.h"
#include "ingest/look.h"
#include "store/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

struct rollback {
    const struct command_context *c;
    struct config config; /* as given, filled up with what the server has noted */
    json_t *noted;
    struct store *store;
    struct renderer *renderer;
    struct git *git;
    struct buf token;
    char git_dir[4200];
};

/* What was not given here is as the server has it. */
static int fill_up(struct rollback *r, struct error *err) {
    struct {
        const char *key;
        const char **to;
    } list[] = {{"repo", &r->config.repo},
                {"branch", &r->config.branch},
                {"content_dir", &r->config.content_dir},
                {"git_dir", &r->config.git_dir},
                {"git_protocols", &r->config.git_protocols},
                {"repo_token_file", &r->config.repo_token_file},
                {"repo_ssh_key_file", &r->config.repo_ssh_key_file},
                {"repo_known_hosts_file", &r->config.repo_known_hosts_file}};
    struct buf text;
    buf_init(&text, 64 * 1024);
    int rc = setting_read(r->store, "repository", &text, err);
    if (rc == 1)
        rc = json_read(&r->noted, buf_str(&text), text.len, err) == 0 ? 0 : -1;
    buf_free(&text);
    bool given = *r->config.repo != '\0';
    for (size_t i = 0; rc == 0 && i < sizeof list / sizeof list[0]; i++)
        if (!given || strcmp(list[i].key, "git_dir") == 0)
            *list[i].to = json_get_string(r->noted, list[i].key, *list[i].to);
    if (rc == 0 && *r->config.repo == '\0')
        return error_set(err, "no repository was published from this database: give --repo");
    return rc;
}

static int open_all(struct rollback *r, struct error *err) {
    struct git_options o;
    const char *db = r->c->config->db;
    if (cli_has_database(db, err) != 0 || store_open(&r->store, db, r->c->log, err) != 0 ||
        fill_up(r, err) != 0)
        return -1;
    if (*r->config.repo_token_file != '\0' &&
        publishing_secret(&r->token, "repo-token-file", r->config.repo_token_file, err) != 0)
        return -1;
    content_git_dir(r->git_dir, sizeof r->git_dir, &r->config);
    publishing_git_options(&o, &r->config, buf_str(&r->token), r->git_dir, r->c->log);
    if (git_open(&r->git, &o, err) != 0)
        return -1;
    return content_renderer(&r->renderer, &r->config, r->c->log, err);
}

/* The commit, from the cache when it is there. A short id is one that the cache knows. */
static int find_commit(struct look *l, struct git *g, const char *name, struct git_commit *c,
                       struct error *err) {
    int rc = name != NULL ? git_read_commit(g, name, c, err) : 0;
    if (rc != 0)
        return rc == 1 ? 0 : -1;
    if (name != NULL && (strlen(name) != 40 || strspn(name, "0123456789abcdef") != 40))
        return error_set(err, "%s is no commit that is known here: give its whole id", name);
    return look_fetch(l, g, name, c, err);
}

/* The tip that is left: the one that readers see, or the one an earlier rollback left. */
static int find_left(struct rollback *r, char left[GIT_OID_MAX], struct error *err) {
    if (look_left(r->store, left, err) != 0)
        return -1;
    return *left != '\0' ? 0 : look_applied(r->store, left, err);
}

static int look_once(struct rollback *r, struct look *l, struct error *err) {
    char left[GIT_OID_MAX];
    struct git_commit c;
    bool undo = r->c->config->undo;
    if (find_left(r, left, err) != 0 || git_begin(r->git, err) != 0)
        return -1;
    int rc = find_commit(l, r->git, undo ? NULL : r->c->operands[0], &c, err);
    l->undo = undo || (rc == 0 && strcmp(c.oid, left) == 0);
    l->rollback = !l->undo;
    l->left = left;
    if (rc == 0)
        rc = look_commit(l, r->git, &c, err);
    git_end(r->git);
    if (rc == 0)
        fprintf(stderr,
                "rollback: %.10s is live: %zu added, %zu changed, %zu removed, %zu with errors\n",
                c.oid, l->result.added, l->result.changed, l->result.removed, l->result.refused);
    l->left = "";
    return rc;
}

/* A server beside us may be publishing at this very moment: then we wait for its end. */
static bool is_passing(const struct error *err) {
    return strstr(err->text, "try again") != NULL;
}

static int run(struct rollback *r, struct error *err) {
    struct look_options o = {
        .store = r->store,
        .renderer = r->renderer,
        .threads = content_threads(&r->config),
        .max_post = (size_t)r->config.max_post,
        .content = r->config.content_dir,
        .also = config_knows,
        .keep_revisions = r->config.keep_revisions,
        .log = r->c->log,
    };
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    for (;;) {
        struct look l;
        look_begin(&l, &o, "rollback");
        int rc = look_once(r, &l, err);
        look_end(&l);
        if (rc == 0 || !is_passing(err) || clock_mono_ms() > until)
            return rc;
        usleep(200000);
    }
}

int cmd_rollback(const struct command_context *c) {
    struct error err = {0};
    struct rollback r = {.c = c, .config = *c->config};
    if ((c->operand_count == 1) == c->config->undo) {
        fputs("platen rollback: wants a commit, or --undo\n", stderr);
        return EXIT_USAGE;
    }
    buf_init(&r.token, 4096);
    int rc = open_all(&r, &err);
    if (rc == 0)
        rc = run(&r, &err);
    renderer_close(r.renderer);
    git_close(r.git);
    buf_free(&r.token);
    store_close(r.store);
    json_decref(r.noted);
    return rc == 0 ? EXIT_DONE : cli_failed(&err);
}
