#include "cli/publishing.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/content.h"
#include "ingest/author_media.h"
#include "ingest/history.h"
#include "ingest/status.h"
#include "ingest/webhook.h"
#include "ingest/worker.h"
#include "store/settings.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECRET_MAX = 4096, FOLDER_MAX = 4200 };

struct secrets {
    char *list[CONFIG_MAX_LISTEN + 1]; /* ends with NULL */
};

struct publishing {
    const struct config *config;
    struct store *store;
    struct log *log;
    struct writer *writer;
    struct renderer *renderer;
    struct worker *worker;
    struct status_poster *status; /* NULL: nobody is told */
    struct web_hooks hooks;
    struct web_authoring authoring;
    struct jobs *jobs;
    pthread_rwlock_t lock; /* over secrets */
    struct secrets secrets;
    char *token;
    char git_dir[FOLDER_MAX];
    char history_dir[FOLDER_MAX + 16];
    struct history *history;
};

/* ---- secrets ---- */

int publishing_secret(struct buf *out, const char *option, const char *path, struct error *err) {
    if (file_read(out, path, true, err) != 0)
        return error_prefix(err, "--%s %s", option, path);
    if (out->len > 0 && out->data[out->len - 1] == '\n')
        buf_truncate(out, out->len - 1);
    if (out->len > 0 && out->data[out->len - 1] == '\r')
        buf_truncate(out, out->len - 1);
    if (out->len == 0)
        return error_set(err, "--%s %s: is empty", option, path);
    if (strlen(buf_str(out)) != out->len)
        return error_set(err, "--%s %s: holds a NUL", option, path);
    return 0;
}

static char *read_secret(const char *option, const char *path, struct error *err) {
    struct buf b;
    buf_init(&b, SECRET_MAX);
    char *text = publishing_secret(&b, option, path, err) == 0 ? buf_take(&b, NULL) : NULL;
    buf_free(&b);
    return text;
}

static void free_secrets(struct secrets *s) {
    for (size_t i = 0; s->list[i] != NULL; i++) {
        explicit_bzero(s->list[i], strlen(s->list[i]));
        free(s->list[i]);
    }
    *s = (struct secrets){0};
}

static int read_secrets(struct secrets *out, const struct config *c, struct error *err) {
    *out = (struct secrets){0};
    for (size_t i = 0; c->webhook_secret_file[i] != NULL; i++) {
        out->list[i] = read_secret("webhook-secret-file", c->webhook_secret_file[i], err);
        if (out->list[i] == NULL) {
            free_secrets(out);
            return -1;
        }
    }
    return 0;
}

int publishing_reload(struct publishing *p, struct error *err) {
    struct secrets fresh;
    if (read_secrets(&fresh, p->config, err) != 0)
        return -1;
    pthread_rwlock_wrlock(&p->lock);
    struct secrets old = p->secrets;
    p->secrets = fresh;
    pthread_rwlock_unlock(&p->lock);
    free_secrets(&old);
    return 0;
}

/* ---- deliveries ---- */

static int receive(void *arg, struct delivery_draft *out, const struct web_delivery *d,
                   struct error *err) {
    struct publishing *p = arg;
    struct webhook_request q = {.header = d->header,
                                .ctx = d->ctx,
                                .body = d->body,
                                .len = d->len,
                                .client = d->client,
                                .now = d->now};
    pthread_rwlock_rdlock(&p->lock);
    struct webhook_options o = {.secrets = (const char *const *)p->secrets.list,
                                .allow_sha1 = p->config->webhook_allow_sha1,
                                .repository = *p->config->repo != '\0',
                                .branch = p->config->branch};
    int status = webhook_read(out, &o, &q, err);
    pthread_rwlock_unlock(&p->lock);
    return status;
}

static void wake(void *arg) {
    struct publishing *p = arg;
    if (p->worker != NULL)
        worker_wake(p->worker);
}

/* ---- posts of the API ---- */

static int write_post(void *arg, struct web_post_written *out, const struct web_post_write *w,
                      struct error *err) {
    static const enum author_kind kinds[] = {[WEB_POST_CREATE] = AUTHOR_CREATE,
                                             [WEB_POST_MERGE] = AUTHOR_MERGE,
                                             [WEB_POST_REPLACE] = AUTHOR_REPLACE,
                                             [WEB_POST_DELETE] = AUTHOR_DELETE};
    struct publishing *p = arg;
    struct author_options o = {.store = p->store,
                               .renderer = p->renderer,
                               .max_post = (size_t)p->config->max_post,
                               .keep_revisions = p->config->keep_revisions,
                               .log = p->log};
    struct author_request q = {.kind = kinds[w->kind],
                               .id = w->id,
                               .if_match = w->if_match,
                               .fields = w->fields,
                               .idempotency = w->idempotency};
    struct author_answer a;
    if (author_write(&a, &o, &q, err) != 0)
        return -1;
    *out = (struct web_post_written){.status = a.status, .id = a.id, .again = a.again};
    snprintf(out->detail, sizeof out->detail, "%s", a.detail);
    return 0;
}

static int write_media(void *arg, struct web_post_written *out, const struct web_media_write *w,
                       struct error *err) {
    struct publishing *p = arg;
    struct author_options o = {.store = p->store, .renderer = p->renderer, .log = p->log};
    struct author_answer a;
    int rc = w->fd < 0 ? author_media_drop(&a, &o, w->id, err)
                       : author_media(&a, &o, w->fd, w->size, w->name, err);
    if (rc != 0)
        return -1;
    *out = (struct web_post_written){.status = a.status, .id = a.id};
    snprintf(out->detail, sizeof out->detail, "%s", a.detail);
    return 0;
}

/* ---- git ---- */

void publishing_git_options(struct git_options *out, const struct config *c, const char *token,
                            const char *folder, struct log *log) {
    *out = (struct git_options){
        .url = c->repo,
        .branch = c->branch,
        .folder = folder,
        .token = token != NULL ? token : "",
        .ssh_key = c->repo_ssh_key_file,
        .known_hosts = c->repo_known_hosts_file,
        .protocols = c->git_protocols,
        .timeout_s = (unsigned)c->fetch_timeout,
        .max_pack = (uint64_t)c->max_pack,
        .max_media = (uint64_t)c->max_media,
        .log = log,
    };
}

/* What `platen rollback` needs to fetch as the server does, without secrets: the names of files. */
static int remember(void *arg, struct db *db, struct error *err) {
    const struct publishing *p = arg;
    const struct config *c = p->config;
    const struct {
        const char *key, *value;
    } list[] = {{"repo", c->repo},
                {"branch", c->branch},
                {"content_dir", c->content_dir},
                {"git_dir", p->git_dir},
                {"git_protocols", c->git_protocols},
                {"repo_token_file", c->repo_token_file},
                {"repo_ssh_key_file", c->repo_ssh_key_file},
                {"repo_known_hosts_file", c->repo_known_hosts_file}};
    json_t *o = json_object();
    struct buf text;
    int bad = 0;
    buf_init(&text, 64 * 1024);
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        bad |= json_put_string(o, list[i].key, list[i].value);
    int rc = bad != 0 || json_write(&text, o) != 0
                 ? error_set(err, "the repository's settings cannot be noted: are they UTF-8?")
                 : setting_put(db, "repository", buf_str(&text), err);
    buf_free(&text);
    json_decref(o);
    return rc;
}

/* ---- commit statuses ---- */

/* The site's base URL: the operator's, else its own; "" when neither says one. */
static void read_base(const struct publishing *p, struct buf *out) {
    struct buf text;
    json_t *site = NULL;
    buf_puts(out, p->config->base_url);
    if (out->len > 0)
        return;
    buf_init(&text, (size_t)4 << 20);
    if (setting_read(p->store, "site", &text, NULL) == 1 &&
        json_read(&site, buf_str(&text), text.len, NULL) == 0)
        buf_puts(out, json_get_string(site, "base_url", ""));
    json_decref(site);
    buf_free(&text);
}

/* The page's address as readers know it. */
static void put_url(const struct publishing *p, char *out, size_t size, const char *page) {
    struct buf base;
    buf_init(&base, 1024);
    read_base(p, &base);
    size_t n = base.len;
    while (n > 0 && base.data[n - 1] == '/')
        n--;
    bool known = text_starts(buf_str(&base), "http");
    snprintf(out, size, "%.*s%s", known ? (int)n : 0, buf_str(&base),
             !known          ? ""
             : *page != '\0' ? page
                             : "/");
    buf_free(&base);
}

static void published(void *arg, const char *commit, bool ok, const char *text, const char *page) {
    struct publishing *p = arg;
    char url[1024];
    put_url(p, url, sizeof url, page);
    status_post(p->status, commit, ok, text, url);
}

static int open_status(struct publishing *p, struct error *err) {
    const struct config *c = p->config;
    if (*c->status_token_file == '\0')
        return 0;
    char *token = read_secret("status-token-file", c->status_token_file, err);
    if (token == NULL)
        return -1;
    struct status_options o = {
        .repo = c->repo, .api = c->status_api, .token = token, .log = p->log};
    int rc = status_open(&p->status, &o, err);
    explicit_bzero(token, strlen(token));
    free(token);
    return rc;
}

static int start_history(struct publishing *p, struct error *err) {
    const struct config *c = p->config;
    struct history_options o = {.store = p->store,
                                .renderer = p->renderer,
                                .keep = c->keep_revisions,
                                .delay_s = c->history_delay,
                                .max_post = (size_t)c->max_post,
                                .log = p->log};
    snprintf(p->history_dir, sizeof p->history_dir, "%s.history", p->git_dir);
    publishing_git_options(&o.git, c, p->token, p->history_dir, p->log);
    return history_start(&p->history, &o, err);
}

int publishing_start(struct publishing *p, struct error *err) {
    const struct config *c = p->config;
    bool repository = *c->repo != '\0';
    if (repository && open_status(p, err) != 0)
        return -1;
    if (repository && writer_run(p->writer, remember, p, err) != WRITE_DONE)
        return -1;
    if (content_renderer(&p->renderer, c, p->log, err) != 0) /* its children come when needed */
        return -1;
    struct worker_options o = {
        .look = {.store = p->store,
                 .renderer = p->renderer,
                 .threads = content_threads(c),
                 .max_post = (size_t)c->max_post,
                 .content = c->content_dir,
                 .also = config_knows,
                 .keep_revisions = c->keep_revisions,
                 .log = p->log},
        .watch = c->watch,
        .sweep_s = (unsigned)c->sweep,
        .keep_days = c->keep_days,
        .keep_deliveries = c->keep_deliveries,
        .published = p->status != NULL ? published : NULL,
        .published_arg = p,
    };
    publishing_git_options(&o.git, c, p->token, p->git_dir, p->log);
    if (worker_start(&p->worker, &o, err) != 0)
        return -1;
    return repository ? start_history(p, err) : 0;
}

int publishing_open(struct publishing **out, const struct config *c, struct store *store,
                    struct log *log, struct error *err) {
    if (*c->repo != '\0' && *c->watch != '\0')
        return error_set(err,
                         "--repo and --watch exclude each other: both say what the whole blog is");
    struct publishing *p = calloc(1, sizeof *p);
    if (p == NULL)
        return error_set(err, "out of memory");
    p->config = c;
    p->store = store;
    p->log = log;
    p->hooks = (struct web_hooks){
        .receive = receive, .repository = *c->repo != '\0', .wake = wake, .arg = p};
    p->authoring = (struct web_authoring){
        .write = write_post, .media = write_media, .max_media = (uint64_t)c->max_media, .arg = p};
    pthread_rwlock_init(&p->lock, NULL);
    content_git_dir(p->git_dir, sizeof p->git_dir, c);
    int rc = read_secrets(&p->secrets, c, err);
    if (rc == 0 && *c->repo_token_file != '\0') {
        p->token = read_secret("repo-token-file", c->repo_token_file, err);
        rc = p->token == NULL ? -1 : 0;
    }
    if (rc == 0)
        rc = writer_start(&p->writer, store, log, err);
    if (rc == 0)
        rc = jobs_start(&p->jobs, err);
    if (rc != 0) {
        publishing_close(p);
        return -1;
    }
    *out = p;
    return 0;
}

void publishing_stop(struct publishing *p) {
    if (p == NULL)
        return;
    jobs_stop(p->jobs);
    p->jobs = NULL;
    history_stop(p->history);
    p->history = NULL;
    worker_stop(p->worker);
    p->worker = NULL;
    status_close(p->status);
    p->status = NULL;
    renderer_close(p->renderer);
    p->renderer = NULL;
}

void publishing_close(struct publishing *p) {
    if (p == NULL)
        return;
    publishing_stop(p);
    writer_stop(p->writer);
    free_secrets(&p->secrets);
    if (p->token != NULL)
        explicit_bzero(p->token, strlen(p->token));
    free(p->token);
    pthread_rwlock_destroy(&p->lock);
    free(p);
}

struct writer *publishing_writer(struct publishing *p) {
    return p->writer;
}

const struct web_authoring *publishing_authoring(struct publishing *p) {
    return &p->authoring;
}

struct jobs *publishing_jobs(struct publishing *p) {
    return p->jobs;
}

const struct web_hooks *publishing_hooks(struct publishing *p) {
    return &p->hooks;
}
