/* What every git that we run finds in its environment: nothing of the machine's or user's settings,
 * ours in place of command line options, because others may read command lines. */
#include "ingest/git_private.h"

#include "base/digest.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(struct git *g, const char *fmt, ...) PRINTF_LIKE(2, 3);
static int add(struct git *g, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    char *text = NULL;
    int n = vasprintf(&text, fmt, args);
    va_end(args);
    const char *copy = n < 0 ? NULL : arena_strdup(g->arena, text);
    free(text);
    if (copy == NULL || g->env_count + 1 >= GIT_ENV_MAX)
        return -1;
    g->env[g->env_count++] = copy;
    g->env[g->env_count] = NULL;
    return 0;
}

static int config(struct git *g, const char *key, const char *value) {
    size_t n = g->config_count++;
    return add(g, "GIT_CONFIG_KEY_%zu=%s", n, key) | add(g, "GIT_CONFIG_VALUE_%zu=%s", n, value);
}

/* What a proxy, other certificates or an ssh agent need. */
static int inherit(struct git *g) {
    static const char *const names[] = {
        "http_proxy",     "https_proxy",   "HTTPS_PROXY",   "all_proxy",    "ALL_PROXY",
        "no_proxy",       "NO_PROXY",      "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH", "SSH_AUTH_SOCK", "TMPDIR"};
    int bad = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (getenv(names[i]) != NULL)
            bad |= add(g, "%s=%s", names[i], getenv(names[i]));
    return bad;
}

/* The token as HTTP Basic, for this host only. */
static int add_token(struct git *g) {
    const char *url = g->o.url, *scheme = strstr(url, "://");
    if (*g->o.token == '\0' || scheme == NULL || !text_starts(url, "http"))
        return 0;
    size_t origin = (size_t)(scheme - url) + 3 + strcspn(scheme + 3, "/");
    struct buf pair, code;
    buf_init(&pair, 4096);
    buf_init(&code, 8192);
    buf_printf(&pair, "%s%s", strchr(g->o.token, ':') == NULL ? "x-access-token:" : "", g->o.token);
    int bad = digest_base64(&code, buf_str(&pair), pair.len);
    char key[600];
    snprintf(key, sizeof key, "http.%.*s/.extraHeader", (int)(origin > 500 ? 500 : origin), url);
    char header[8300];
    snprintf(header, sizeof header, "Authorization: Basic %s", buf_str(&code));
    bad |= config(g, key, header);
    buf_free(&pair);
    buf_free(&code);
    return bad;
}

/* In single quotes, as a shell takes it. */
static void quote(struct buf *out, const char *text) {
    buf_putc(out, '\'');
    for (; *text != '\0'; text++)
        if (*text == '\'')
            buf_puts(out, "'\\''");
        else
            buf_putc(out, *text);
    buf_putc(out, '\'');
}

static int add_ssh(struct git *g) {
    struct buf b;
    buf_init(&b, 8192);
    buf_puts(&b, "GIT_SSH_COMMAND=ssh -F /dev/null -o BatchMode=yes -o ConnectTimeout=10 "
                 "-o ServerAliveInterval=10 -o ServerAliveCountMax=2 ");
    if (*g->o.known_hosts != '\0') {
        buf_puts(&b, "-o StrictHostKeyChecking=yes -o UserKnownHostsFile=");
        quote(&b, g->o.known_hosts);
    } else {
        buf_puts(&b, "-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=");
        quote(&b, g->o.folder);
        buf_puts(&b, "/known_hosts");
    }
    if (*g->o.ssh_key != '\0') {
        buf_puts(&b, " -o IdentitiesOnly=yes -i ");
        quote(&b, g->o.ssh_key);
    }
    int bad = buf_ok(&b) ? add(g, "%s", buf_str(&b)) : -1;
    buf_free(&b);
    return bad;
}

int git_make_env(struct git *g, struct error *err) {
    static const char *const fixed[] = {"GIT_CONFIG_NOSYSTEM=1",
                                        "GIT_CONFIG_GLOBAL=/dev/null",
                                        "GIT_TERMINAL_PROMPT=0",
                                        "GIT_ASKPASS=",
                                        "SSH_ASKPASS=",
                                        "GIT_ADVICE=0",
                                        "LC_ALL=C",
                                        "GIT_NO_LAZY_FETCH=1",
                                        "GIT_OPTIONAL_LOCKS=0"};
    /* Defects of old commits that hosts let pass and that harm nobody are let pass here, too. */
    static const char *const configs[][2] = {
        {"http.followRedirects", "false"},
        {"http.lowSpeedLimit", "100"},
        {"http.lowSpeedTime", "20"},
        {"core.hooksPath", "/dev/null"},
        {"core.fsync", "none"}, /* a cache */
        {"core.bigFileThreshold", "4m"},
        {"credential.helper", ""},
        {"fetch.recurseSubmodules", "false"},
        {"fetch.writeCommitGraph", "false"},
        {"gc.auto", "0"},
        {"maintenance.auto", "false"},
        {"pack.threads", "1"},
        {"submodule.recurse", "false"},
        {"transfer.fsckObjects", "true"},
        {"fetch.fsck.badTimezone", "ignore"},
        {"fetch.fsck.missingSpaceBeforeDate", "ignore"},
        {"fetch.fsck.zeroPaddedFilemode", "ignore"},
    };
    int bad = 0;
    const char *path = getenv("PATH");
    g->search = path != NULL && *path != '\0' ? path : "/usr/local/bin:/usr/bin:/bin";
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        bad |= add(g, "%s", fixed[i]);
    bad |= add(g, "PATH=%s", g->search);
    bad |= add(g, "HOME=%s", g->o.folder);
    bad |= add(g, "GIT_DIR=%s", g->o.folder);
    bad |= add(g, "GIT_ALLOW_PROTOCOL=%s", g->o.protocols);
    bad |= inherit(g) | add_ssh(g);
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++)
        bad |= config(g, configs[i][0], configs[i][1]);
    bad |= add_token(g);
    bad |= add(g, "GIT_CONFIG_COUNT=%zu", g->config_count);
    return bad == 0 ? 0 : error_set(err, "the environment of git is too large");
}
