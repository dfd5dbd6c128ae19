/* platen serve: the whole house, opened in order and closed in exact reverse.
 *
 *   store      the database, migrated
 *   schedule   what the clock says is flipped before anybody can ask
 *   publishing the writer
 *   web        templates and site
 *   worker     deliveries, the sweep, a watched folder
 *   access log, http
 *
 * The main thread then waits for signals, and between them keeps the publishing schedule: it sleeps
 * until the next post's time (at most a second, since another process may have imported meanwhile). Each
 * time it lets the store see to its readers, too. */
#include "cli/cli.h"

#include "base/client.h"
#include "base/clock.h"
#include "cli/publishing.h"
#include "http/http.h"
#include "ingest/forge.h"
#include "store/preview.h"
#include "store/publish.h"
#include "web/web.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct house {
    const struct config *config;
    struct log *log;
    struct store *store;
    struct publishing *publishing;
    struct web *web;
    struct http_server *http;
    int access_log; /* -1 = off */
    sigset_t signals;
    char spool[PATH_MAX]; /* folder of uploads on their way; lent to http as long as it runs */
};

/* ---- the access log ---- */

static int access_log_open(const char *path, struct error *err) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    return fd >= 0 ? fd : error_set(err, "--access-log %s: %s", path, strerror(errno));
}

static int open_access_log(struct house *h, struct error *err) {
    const char *path = h->config->access_log;
    if (*path == '\0')
        return 0;
    h->access_log = strcmp(path, "-") == 0 ? dup(STDOUT_FILENO) : access_log_open(path, err);
    return h->access_log < 0 ? -1 : 0;
}

/* After a log rotation: the same descriptor, the new file, so that no thread need be told. */
static void reopen_access_log(struct house *h) {
    const char *path = h->config->access_log;
    struct error err = {0};
    if (h->access_log < 0 || strcmp(path, "-") == 0)
        return;
    int fd = access_log_open(path, &err);
    if (fd < 0) {
        log_error(h->log, "%s: the old file stays in use", err.text);
        return;
    }
    dup3(fd, h->access_log, O_CLOEXEC);
    close(fd);
}

/* ---- opening ---- */

/* Signals are taken by sigtimedwait in the main thread; every other thread is started with them blocked. */
static void block_signals(struct house *h) {
    sigemptyset(&h->signals);
    sigaddset(&h->signals, SIGTERM);
    sigaddset(&h->signals, SIGINT);
    sigaddset(&h->signals, SIGQUIT);
    sigaddset(&h->signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &h->signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* The address to print in feeds when nobody said a public one: the first TCP address listened on. */
static void fallback_url(char *out, size_t n, const struct config *c) {
    snprintf(out, n, "http://localhost/");
    for (size_t i = 0; c->listen[i] != NULL; i++) {
        const char *address = c->listen[i];
        if (strncmp(address, "unix:", 5) == 0)
            continue;
        bool any = address[0] == '*';
        snprintf(out, n, "http://%s%s/", any ? "localhost" : address, any ? address + 1 : "");
        return;
    }
}

/* Pages must still be had when all who listen do. */
static unsigned max_readers(const struct config *c) {
    return (unsigned)(c->max_readers > 0 ? c->max_readers
                                         : c->max_connections - c->max_connections / 10);
}

/* One line, "Name: value". */
static int read_purge_header(struct buf *out, const struct config *c, struct error *err) {
    const char *file = c->purge_header_file;
    if (*file == '\0')
        return 0;
    if (publishing_secret(out, "purge-header-file", file, err) != 0)
        return -1;
    const char *text = buf_str(out), *colon = strchr(text, ':');
    bool one_line = strpbrk(text, "\r\n") == NULL && strlen(text) == out->len;
    return colon != NULL && colon > text && one_line &&
                   strcspn(text, " \t") > (size_t)(colon - text)
               ? 0
               : error_set(err, "%s: a header is needed, as \"Fastly-Key: TOKEN\", on one line",
                           file);
}

static int open_web(struct house *h, struct error *err) {
    char fallback[300];
    struct buf edit, header;
    buf_init(&header, 4096);
    fallback_url(fallback, sizeof fallback, h->config);
    buf_init(&edit, 4096);
    if (*h->config->repo != '\0' && forge_edit(&edit, h->config->repo, h->config->branch) != 0)
        buf_clear(&edit); /* too long to be one */
    struct web_options o = {
        .store = h->store,
        .theme = *h->config->theme != '\0' ? h->config->theme : NULL,
        .base_url = h->config->base_url,
        .fallback_url = fallback,
        .edit_url = buf_str(&edit),
        .writer = publishing_writer(h->publishing),
        .hooks = publishing_hooks(h->publishing),
        .authoring = publishing_authoring(h->publishing),
        .jobs = publishing_jobs(h->publishing),
        .address_rate = (unsigned)h->config->rate_limit,
        .token_rate = (unsigned)h->config->token_rate_limit,
        .max_readers = max_readers(h->config),
        .hubs = (const char *const *)h->config->websub_hub,
        .caches = (const char *const *)h->config->purge_url,
        .cache_bytes = (size_t)h->config->cache_size,
        .surrogate_keys = h->config->surrogate_keys,
        .ghost_keys = (const char *const *)h->config->ghost_key,
        .log = h->log,
    };
    int rc = read_purge_header(&header, h->config, err);
    o.purge_header = buf_str(&header);
    if (rc == 0)
        rc = web_open(&h->web, &o, err);
    if (header.data != NULL)
        explicit_bzero(header.data, header.cap);
    buf_free(&header);
    buf_free(&edit);
    return rc;
}

/* Uploads wait beside the database: there is room for them, or there is none anywhere. */
static void folder_of(char *out, size_t n, const char *path) {
    const char *slash = strrchr(path, '/');
    snprintf(out, n, "%.*s", slash == NULL ? 1 : (int)(slash - path + 1),
             slash == NULL ? "." : path);
}

static int open_http(struct house *h, struct error *err) {
    const struct config *c = h->config;
    folder_of(h->spool, sizeof h->spool, c->db);
    struct http_options o = {
        .listen = (const char *const *)c->listen,
        .threads = (unsigned)c->threads,
        .max_connections = (unsigned)c->max_connections,
        .head_timeout_s = (unsigned)c->head_timeout,
        .body_timeout_s = (unsigned)c->body_timeout,
        .idle_timeout_s = (unsigned)c->idle_timeout,
        .max_body = 1024 * 1024,
        .arrive = web_arrive,
        .spool_dir = h->spool,
        .body_budget = (uint64_t)64 * 1024 * 1024,
        .trusted_proxies = (const char *const *)c->trusted_proxy,
        .log = h->log,
        .access_log_fd = h->access_log,
        .handle = web_handle,
        .app = h->web,
    };
    if (http_server_start(&h->http, &o, err) != 0)
        return -1;
    for (size_t i = 0; http_server_address(h->http, i) != NULL; i++)
        log_info(h->log, "listening on %s", http_server_address(h->http, i));
    return 0;
}

static int house_open(struct house *h, struct error *err) {
    int64_t next;
    block_signals(h);
    client_setup();
    if (store_open(&h->store, h->config->db, h->log, err) != 0 ||
        publish_due(h->store, clock_now(), &next, err) < 0 ||
        preview_prepare(h->store, false, err) != 0 ||
        publishing_open(&h->publishing, h->config, h->store, h->log, err) != 0 ||
        open_web(h, err) != 0 || open_access_log(h, err) != 0 ||
        publishing_start(h->publishing, err) != 0)
        return -1;
    return open_http(h, err);
}

static void house_close(struct house *h) {
    if (h->http != NULL) {
        web_set_draining(h->web, true);
        size_t cut = http_server_stop(h->http, (unsigned)h->config->grace);
        if (cut > 0)
            log_warn(h->log, "%zu requests had not finished after %lld s and were cut", cut,
                     (long long)h->config->grace);
    }
    publishing_stop(h->publishing);
    if (h->access_log >= 0)
        close(h->access_log);
    web_close(h->web);
    publishing_close(h->publishing);
    store_close(h->store);
}

/* ---- running ---- */

static void keep_schedule(struct house *h, int64_t *next) {
    struct error err = {0};
    int flipped = publish_due(h->store, clock_now(), next, &err);
    if (flipped < 0) {
        log_error(h->log, "the publishing schedule: %s", err.text);
        *next = INT64_MAX;
    } else if (flipped > 0) {
        log_info(h->log, "schedule: %d posts changed", flipped);
    }
}

/* Milliseconds until the next post's second begins, at most 1,000. */
static long pause_ms(int64_t next) {
    int64_t now = clock_now_ms();
    if (next > now / 1000 + 2)
        return 1000;
    int64_t left = next * 1000 - now;
    return left < 1 ? 1 : left > 1000 ? 1000 : (long)left;
}

static void reload(struct house *h) {
    struct error err = {0};
    log_info(h->log, "SIGHUP: reading the theme and the secrets again");
    reopen_access_log(h);
    if (web_reload(h->web, &err) != 0)
        log_error(h->log, "%s: the old theme stays in use", err.text);
    if (publishing_reload(h->publishing, &err) != 0)
        log_error(h->log, "%s: the old secrets stay in use", err.text);
}

/* Returns when a signal asks for the end. */
static void house_run(struct house *h) {
    for (;;) {
        int64_t next = INT64_MAX;
        store_tend(h->store);
        keep_schedule(h, &next);
        long ms = pause_ms(next);
        struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
        int sig = sigtimedwait(&h->signals, NULL, &pause);
        if (sig == SIGHUP)
            reload(h);
        else if (sig > 0) {
            log_info(h->log, "%s: finishing what is running",
                     sig == SIGTERM  ? "SIGTERM"
                     : sig == SIGINT ? "SIGINT"
                                     : "SIGQUIT");
            return;
        }
    }
}

int cmd_serve(const struct command_context *c) {
    struct house h = {.config = c->config, .log = c->log, .access_log = -1};
    struct error err = {0};
    int status = EXIT_DONE;
    if (house_open(&h, &err) == 0)
        house_run(&h);
    else
        status = cli_failed(&err);
    /* A second signal ends the process at once. */
    pthread_sigmask(SIG_UNBLOCK, &h.signals, NULL);
    house_close(&h);
    if (status == EXIT_DONE)
        log_info(h.log, "stopped");
    return status;
}
