/* platen token create | list | revoke ID: bearer tokens of the API. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/json.h"
#include "base/text.h"
#include "base/unicode.h"
#include "store/tokens.h"

#include <stdio.h>
#include <string.h>

/* "posts:write,deliveries:read" and repeated --scope into bits. */
static int read_scopes(unsigned *out, const struct config *c, struct error *err) {
    *out = 0;
    for (size_t i = 0; c->scope[i] != NULL; i++) {
        struct slice rest = slice_of(c->scope[i]), one;
        while (slice_next(&rest, ',', &one)) {
            one = slice_trim(one);
            unsigned bit = scope_of(one.ptr, one.len);
            if (bit == 0)
                return error_set(err,
                                 "--scope: \"%.*s\" is none of posts:write, posts:read-drafts, "
                                 "deliveries:read, deliveries:replay, media:write, admin",
                                 (int)(one.len > 64 ? 64 : one.len), one.ptr);
            *out |= bit;
        }
    }
    return *out != 0 ? 0 : error_set(err, "create wants --scope (for example deliveries:read)");
}

static int create(const struct command_context *c, struct store *store, struct error *err) {
    char text[TOKEN_TEXT_MAX];
    unsigned scopes;
    int64_t lasts, id, now = clock_now();
    const char *name = c->config->name;
    if (*name == '\0')
        return error_set(err, "create wants --name: what the token is for");
    if (strlen(name) > 100)
        return error_set(err, "--name is longer than 100 bytes");
    for (const char *p = name; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return error_set(err, "--name holds control characters");
    if (!unicode_valid(name, strlen(name), NULL))
        return error_set(err, "--name is no UTF-8");
    if (read_scopes(&scopes, c->config, err) != 0 ||
        cli_expiry(&lasts, *c->config->expires != '\0' ? c->config->expires : "365d", err) != 0)
        return -1;
    int64_t expires = lasts == 0 ? 0 : now + lasts;
    struct db *db = store_writer(store);
    int rc = token_create(db, name, scopes, now, expires, text, &id, err);
    store_writer_done(store);
    if (rc != 0)
        return -1;
    fprintf(stderr, "Token %lld, shown this once:\n", (long long)id);
    printf("%s\n", text);
    explicit_bzero(text, sizeof text);
    return 0;
}

static const char *day(char out[24], int64_t at, const char *none) {
    struct buf b;
    buf_init(&b, 32);
    if (at != 0)
        date_layout(&b, "2006-01-02 15:04", at, 0);
    snprintf(out, 24, "%s", at != 0 ? buf_str(&b) : none);
    buf_free(&b);
    return out;
}

static const char *state_of(const struct token *t) {
    return t->revoked != 0 ? "revoked" : token_valid(t, clock_now()) ? "valid" : "expired";
}

static int print_row(void *arg, const struct token *t) {
    char created[24], expires[24], used[24];
    (void)arg;
    printf("%-4lld %-8s %-16s  %-16s  %-16s  %s (", (long long)t->id, state_of(t),
           day(created, t->created, ""), day(expires, t->expires, "never"),
           day(used, t->used, "never"), t->name);
    bool first = true;
    for (unsigned bit = 1; bit <= SCOPE_ADMIN; bit <<= 1) {
        if ((t->scopes & bit) == 0)
            continue;
        printf("%s%s", first ? "" : " ", scope_name(bit));
        first = false;
    }
    printf(")\n");
    return 0;
}

static int add_row(void *arg, const struct token *t) {
    json_t *o = json_object(), *scopes = json_array();
    int bad = json_put_int(o, "id", t->id);
    bad |= json_put_string(o, "name", t->name);
    bad |= json_put_string(o, "state", state_of(t));
    for (unsigned bit = 1; bit <= SCOPE_ADMIN; bit <<= 1)
        if (t->scopes & bit)
            bad |= json_array_append_new(scopes, json_string(scope_name(bit)));
    bad |= json_put(o, "scopes", scopes);
    bad |= json_put_int(o, "created", t->created);
    bad |= json_put(o, "expires", t->expires == 0 ? json_null() : json_integer(t->expires));
    bad |= json_put(o, "last_used", t->used == 0 ? json_null() : json_integer(t->used));
    bad |= json_array_append_new(arg, o);
    return bad == 0 ? 0 : -1;
}

static int list(const struct command_context *c, struct store *store, struct error *err) {
    struct db *db = store_reader(store, err);
    if (db == NULL)
        return -1;
    json_t *rows = json_array();
    if (!c->config->json)
        printf("%-4s %-8s %-16s  %-16s  %-16s  %s\n", "ID", "STATE", "CREATED", "EXPIRES",
               "LAST USED", "NAME (SCOPES), times in UTC");
    int rc = token_all(db, c->config->json ? add_row : print_row, rows, err);
    store_reader_done(store, db);
    if (rc == 0 && c->config->json) {
        struct buf b;
        buf_init(&b, (size_t)64 << 20);
        rc = json_write(&b, rows);
        printf("%s\n", buf_str(&b));
        buf_free(&b);
    }
    json_decref(rows);
    return rc;
}

static int revoke(const struct command_context *c, struct store *store, struct error *err) {
    int64_t id;
    if (c->operand_count < 2 || text_int(&id, c->operands[1], 1, INT64_MAX) != 0)
        return error_set(err, "revoke wants the token's number (see platen token list)");
    struct db *db = store_writer(store);
    int rc = token_revoke(db, id, clock_now(), err);
    store_writer_done(store);
    if (rc < 0)
        return -1;
    fprintf(stderr, rc == 1 ? "Token %lld is revoked.\n" : "Token %lld was revoked already.\n",
            (long long)id);
    return 0;
}

int cmd_token(const struct command_context *c) {
    static const struct {
        const char *name;
        int operands;
        int (*run)(const struct command_context *c, struct store *store, struct error *err);
    } verbs[] = {{"create", 1, create}, {"list", 1, list}, {"revoke", 2, revoke}};
    struct error err = {0};
    struct store *store = NULL;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(c->operands[0], verbs[i].name) != 0)
            continue;
        if (c->operand_count > verbs[i].operands) {
            fprintf(stderr, "platen token %s: takes no \"%s\"\n", verbs[i].name,
                    c->operands[verbs[i].operands]);
            return EXIT_USAGE;
        }
        /* a first token may come before the first import, but nothing is listed of a name mistyped */
        int rc = verbs[i].run == create ? 0 : cli_has_database(c->config->db, &err);
        if (rc == 0)
            rc = store_open(&store, c->config->db, c->log, &err);
        if (rc == 0)
            rc = verbs[i].run(c, store, &err);
        store_close(store);
        return rc == 0 ? EXIT_DONE : cli_failed(&err);
    }
    fprintf(stderr, "platen token: \"%s\" is none of create, list, revoke\n", c->operands[0]);
    return EXIT_USAGE;
}
