/* Settings: ONE table of options; flags, environment, file, defaults and --help all come from its
 * rows.
 *
 * Precedence: flag, then PLATEN_NAME from the environment, then the settings file (--config FILE,
 * else ./platen.yaml when there is one), then the default. An unknown or bad setting is an error
 * that names its source: "--threads", "PLATEN_THREADS" or "platen.yaml:3:1". Keys of the file that
 * are the site's own (title, menu, ...) are left to the content folder's reading.
 */
#ifndef PLATEN_CONFIG_H
#define PLATEN_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Commands an option belongs to. */
enum command_mask {
    FOR_SERVE = 1 << 0,
    FOR_IMPORT = 1 << 1,
    FOR_CHECK = 1 << 2,
    FOR_RENDER = 1 << 3,
    FOR_TOKEN = 1 << 4,
    FOR_STATUS = 1 << 5,
    FOR_ROLLBACK = 1 << 6,
    FOR_EXPORT = 1 << 7,
    FOR_BACKUP = 1 << 8,
    FOR_PREVIEW = 1 << 9,
    FOR_ALL = (1 << 10) - 1,
};

#define CONFIG_MAX_LISTEN 16 /* values of any list */

struct config {
    const char *config;
    const char *db;
    const char *listen[CONFIG_MAX_LISTEN + 1]; /* NULL-terminated */
    const char *base_url;                      /* "" = not said */
    const char *theme;                         /* "" = none */
    const char *access_log;                    /* "" = off, "-" = standard output, else a file */
    int64_t log_level;                         /* enum log_level */
    int64_t log_format;                        /* enum log_format */
    int64_t threads;
    int64_t keep_revisions, history_delay;
    int64_t max_connections;
    int64_t cache_size; /* bytes, 0 = none */
    bool surrogate_keys;
    const char *ghost_key[CONFIG_MAX_LISTEN + 1];     /* NULL-terminated */
    int64_t max_readers;                              /* of /events; 0 = nine of ten connections */
    const char *trusted_proxy[CONFIG_MAX_LISTEN + 1]; /* NULL-terminated */
    int64_t rate_limit, token_rate_limit;             /* requests a minute, 0 = no limit */
    int64_t head_timeout, body_timeout, idle_timeout, grace; /* seconds */
    int64_t render_timeout;                                  /* milliseconds */
    int64_t render_memory;                                   /* bytes */
    int64_t max_post;                                        /* bytes */
    int64_t jobs;
    bool strict, replace;
    /* where posts come from; texts are "" when not said */
    const char *repo, *branch, *content_dir, *git_dir;
    const char *repo_token_file, *repo_ssh_key_file, *repo_known_hosts_file;
    const char *git_protocols;
    int64_t fetch_timeout;       /* seconds */
    int64_t max_pack, max_media; /* bytes */
    int64_t sweep;               /* seconds, 0 = never */
    const char *watch;
    const char *webhook_secret_file[CONFIG_MAX_LISTEN + 1]; /* NULL-terminated */
    bool webhook_allow_sha1;
    const char *status_token_file, *status_api;
    const char *websub_hub[CONFIG_MAX_LISTEN + 1];
    const char *purge_url[CONFIG_MAX_LISTEN + 1], *purge_header_file;
    int64_t keep_days, keep_deliveries;
    /* token, status, rollback, preview */
    const char *name, *expires;
    const char *scope[CONFIG_MAX_LISTEN + 1];
    bool json, undo;
    bool revoke_all;                                  /* preview */
    bool force;                                       /* backup */
    const char *template_file, *data_file, *partials; /* render */
    struct arena *arena;                              /* owns every string above */
};

/* Fills *c with the defaults, then with flags of argv (argv[0] is the command), environment and
 * file. Operands (what is no flag) are moved to the front of argv and counted in *operands. Log
 * options are applied first, so that they hold from the first line. Returns 0; -1 with err (wrong
 * usage: exit status 64). config_free in every case. */
int config_load(struct config *c, enum command_mask command, int argc, char **argv,
                char **environ_list, int *operands, struct error *err) CHECKED;
void config_free(struct config *c);

/* Appends the "Options:" part of a command's --help. */
void config_help(struct buf *out, enum command_mask command);

/* True when `key` of a settings file ("log_level", "log-level") is an option of any command. */
bool config_knows(const char *key);

/* Names the option nearest to a misspelt one, NULL when none is near. */
const char *config_nearest(enum command_mask command, const char *name);

#endif
