/* platen preview SLUG: an address that shows a draft, until its end. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/json.h"
#include "base/text.h"
#include "store/browse.h"
#include "store/preview.h"
#include "store/settings.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 30 * 24 * 3600, SETTINGS_MAX = 8 << 20 };

struct previewed {
    struct buf title, permalink;
    bool live, page;
};

static int note(void *arg, const struct post *p) {
    struct previewed *out = arg;
    out->live = p->live;
    out->page = p->kind != POST_INDEX;
    buf_puts(&out->title, p->title);
    buf_puts(&out->permalink, p->permalink);
    return 1;
}

/* The post of that file, else of that slug: 1, 0, -1. */
static int find(struct db *db, const char *name, int64_t *id, struct error *err) {
    int rc = post_id_of(db, name, id, err);
    return rc != 0 ? rc : browse_slug(db, name, true, id, err);
}

/* Where the site is: as told, else as its settings say, else where `platen serve` stands by itself. */
static int read_base(struct buf *out, struct db *db, const char *told, struct error *err) {
    struct buf text;
    json_t *site = NULL;
    buf_init(&text, SETTINGS_MAX);
    int rc = *told != '\0' ? 0 : setting_get(db, "site", &text, err);
    if (rc == 1)
        rc = json_read(&site, buf_str(&text), text.len, err);
    const char *own = json_get_string(site, "base_url", "");
    bool whole = text_starts(own, "https://") || text_starts(own, "http://");
    buf_puts(out, *told != '\0' ? told : whole ? own : "http://127.0.0.1:8080");
    while (out->len > 0 && out->data[out->len - 1] == '/')
        buf_truncate(out, out->len - 1);
    json_decref(site);
    buf_free(&text);
    return rc < 0 ? -1 : 0;
}

static int print(struct db *db, const char *base, int64_t id, int64_t until, struct error *err) {
    char token[PREVIEW_TOKEN_MAX];
    struct previewed p = {0};
    struct buf end;
    buf_init(&p.title, 64 << 10);
    buf_init(&p.permalink, 8192);
    buf_init(&end, 64);
    int rc = post_any_by_id(db, id, note, &p, err);
    if (rc > 0 && !p.page)
        rc = error_set(err, "that is the page of a section, no post");
    else if (rc > 0 && p.live) {
        fprintf(stderr, "\"%s\" is published:\n", buf_str(&p.title));
        printf("%s%s\n", base, buf_str(&p.permalink));
    } else if (rc > 0 && (rc = preview_sign(token, db, id, until, err)) == 0) {
        date_layout(&end, "2006-01-02 15:04", until, 0);
        fprintf(stderr, "\"%s\", until %s UTC:\n", buf_str(&p.title), buf_str(&end));
        printf("%s/preview/%s\n", base, token);
    }
    buf_free(&p.title);
    buf_free(&p.permalink);
    buf_free(&end);
    return rc < 0 ? -1 : 0;
}

static int make(const struct command_context *c, struct db *db, struct error *err) {
    const char *name = c->operands[0], *expires = c->config->expires;
    int64_t lasts, id = 0;
    struct buf base;
    if (cli_expiry(&lasts, *expires != '\0' ? expires : "24h", err) != 0)
        return -1;
    if (lasts == 0 || lasts > LONGEST)
        return error_set(err, "--expires: a preview lasts at most 30d");
    buf_init(&base, 8192);
    int rc = read_base(&base, db, c->config->base_url, err);
    if (rc == 0 && (rc = find(db, name, &id, err)) == 0)
        rc = error_set(err, "%s: there is no post of that slug or file in %s", name, c->config->db);
    if (rc > 0)
        rc = print(db, buf_str(&base), id, clock_now() + lasts, err);
    buf_free(&base);
    return rc;
}

static int preview(const struct command_context *c, struct error *err) {
    struct store *store = NULL;
    bool renew = c->config->revoke_all;
    int rc = cli_has_database(c->config->db, err);
    if (rc == 0)
        rc = store_open(&store, c->config->db, c->log, err);
    if (rc == 0)
        rc = preview_prepare(store, renew, err);
    if (rc == 0 && renew)
        fputs("Every preview that was given out has ended.\n", stderr);
    if (rc == 0 && c->operand_count > 0) {
        struct db *db = store_reader(store, err);
        rc = db == NULL ? -1 : make(c, db, err);
        store_reader_done(store, db);
    }
    store_close(store);
    return rc;
}

int cmd_preview(const struct command_context *c) {
    struct error err = {0};
    if (c->operand_count == 0 && !c->config->revoke_all) {
        fputs("platen preview: wants the slug of a post (see platen preview --help)\n", stderr);
        return EXIT_USAGE;
    }
    return preview(c, &err) == 0 ? EXIT_DONE : cli_failed(&err);
}
