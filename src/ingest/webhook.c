#include "ingest/webhook.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "base/unicode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW_S = 300, KEY_MAX = 4096 };

/* A delivery while it is read. */
struct reading {
    const struct webhook_options *o;
    const struct webhook_request *q;
    bool form;
    struct buf json; /* of a form */
    struct slice payload;
    struct slice raw;
};

static const char *header(const struct reading *r, const char *name) {
    return r->q->header(r->q->ctx, name);
}

/* ---- signatures ---- */

/* True when value is `prefix` and the HMAC of bytes under any of the secrets. All are tried, so that
 * time does not tell which. */
static bool is_signed(const struct reading *r, const char *value, const char *prefix, bool sha1,
                      struct slice bytes) {
    bool found = false;
    for (size_t i = 0; r->o->secrets[i] != NULL; i++) {
        const char *secret = r->o->secrets[i];
        char hex[DIGEST_SHA256_HEX], want[sizeof "sha256=" + DIGEST_SHA256_HEX];
        if (sha1)
            digest_hmac_sha1_hex(hex, secret, strlen(secret), bytes.ptr, bytes.len);
        else
            digest_hmac_sha256_hex(hex, secret, strlen(secret), bytes.ptr, bytes.len);
        snprintf(want, sizeof want, "%s%s", prefix, hex);
        found |= digest_equal(want, strlen(want), value, strlen(value));
    }
    return found;
}

/* The key of a Standard Webhooks secret: what is behind "whsec_" in base64, else the text itself. */
static void standard_key(struct buf *key, const char *secret) {
    if (text_starts(secret, "whsec_") &&
        digest_base64_decode(key, secret + 6, strlen(secret + 6)) == 0)
        return;
    buf_clear(key);
    buf_puts(key, secret);
}

/* One "v1,BASE64" of the list against every secret. */
static bool is_standard_signature(const struct reading *r, struct slice one,
                                  const struct buf *text) {
    bool found = false;
    struct buf key, want;
    buf_init(&key, KEY_MAX);
    buf_init(&want, 128);
    for (size_t i = 0; r->o->secrets[i] != NULL; i++) {
        uint8_t sum[DIGEST_SHA256_SIZE];
        buf_clear(&key);
        buf_clear(&want);
        standard_key(&key, r->o->secrets[i]);
        digest_hmac_sha256(sum, buf_str(&key), key.len, buf_str(text), text->len);
        buf_puts(&want, "v1,");
        digest_base64(&want, sum, sizeof sum);
        found |= buf_ok(&want) && digest_equal(buf_str(&want), want.len, one.ptr, one.len);
    }
    buf_free(&key);
    buf_free(&want);
    return found;
}

static bool is_standard(const struct reading *r, const char *signatures) {
    const char *id = header(r, "webhook-id"), *stamp = header(r, "webhook-timestamp");
    int64_t at;
    if (id == NULL || stamp == NULL || text_int(&at, stamp, 0, INT64_MAX / 2) != 0 ||
        llabs((long long)(at - r->q->now / 1000)) > WINDOW_S)
        return false;
    struct buf text;
    bool found = false;
    buf_init(&text, r->raw.len + strlen(id) + strlen(stamp) + 2);
    buf_printf(&text, "%s.%s.", id, stamp);
    buf_append(&text, r->raw.ptr, r->raw.len);
    struct slice rest = slice_of(signatures), one;
    for (int n = 0; buf_ok(&text) && n < 16 && slice_next(&rest, ' ', &one); n++)
        found |= is_standard_signature(r, one, &text);
    buf_free(&text);
    return found;
}

static bool is_token(const struct reading *r, const char *token) {
    bool found = false;
    for (size_t i = 0; r->o->secrets[i] != NULL; i++)
        found |= digest_equal(r->o->secrets[i], strlen(r->o->secrets[i]), token, strlen(token));
    return found;
}

enum verdict { ABSENT, RIGHT, WRONG };

static enum verdict verdict(const char *value, bool right) {
    return value == NULL ? ABSENT : right ? RIGHT : WRONG;
}

/* Gitea and its kin sign the JSON, also where it comes in a form, and send GitHub's header along. */
static enum verdict check_gitea(const struct reading *r) {
    static const char *const names[] = {"X-Forgejo-Signature", "X-Gitea-Signature",
                                        "X-Gogs-Signature"};
    enum verdict all = ABSENT;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = header(r, names[i]);
        if (value == NULL)
            continue;
        if (!is_signed(r, value, "", false, r->payload))
            return WRONG;
        all = RIGHT;
    }
    return all;
}

static enum verdict check_hub(const struct reading *r, bool gitea) {
    const char *strong = header(r, "X-Hub-Signature-256"), *other = header(r, "X-Hub-Signature");
    if (strong != NULL)
        return verdict(strong, is_signed(r, strong, "sha256=", false, gitea ? r->payload : r->raw));
    if (other != NULL && text_starts(other, "sha256="))
        return verdict(other, is_signed(r, other, "sha256=", false, r->raw));
    return ABSENT;
}

static enum verdict check_gitlab(const struct reading *r) {
    const char *signatures = header(r, "webhook-signature"), *token = header(r, "X-Gitlab-Token");
    if (signatures != NULL)
        return verdict(signatures, is_standard(r, signatures));
    return verdict(token, token != NULL && is_token(r, token));
}

/* 0, or -1 with the reason. */
static int verify(const struct reading *r, struct error *err) {
    if (r->o->secrets[0] == NULL)
        return error_set(err, "no webhook secret is configured here (--webhook-secret-file)");
    enum verdict gitea = check_gitea(r);
    enum verdict checks[] = {gitea, check_hub(r, gitea != ABSENT), check_gitlab(r)};
    size_t right = 0;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i] == WRONG)
            return error_set(err, "the signature is not that of this body under any known secret");
        right += checks[i] == RIGHT;
    }
    if (right > 0)
        return 0;
    const char *weak = header(r, "X-Hub-Signature");
    if (weak == NULL || !text_starts(weak, "sha1="))
        return error_set(err, "the delivery is not signed");
    if (!r->o->allow_sha1)
        return error_set(err, "signed with SHA-1 only, which is not taken here");
    return is_signed(r, weak, "sha1=", true, r->raw)
               ? 0
               : error_set(err, "the signature is not that of this body under any known secret");
}

/* ---- what it says ---- */

static void put(char *dst, size_t size, const char *text) {
    unicode_line(dst, size, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
}

#define PUT(field, text) put(field, sizeof(field), text)

static const json_t *at(const json_t *v, const char *a, const char *b) {
    v = json_object_get(v, a);
    return b == NULL ? v : json_object_get(v, b);
}

static const char *text_at(const json_t *v, const char *a, const char *b) {
    return json_string_value(at(v, a, b));
}

static const char *either(const char *a, const char *b) {
    return a != NULL && *a != '\0' ? a : b;
}

/* Which host it is of, by the header it names its event in; Gitea names its own under GitHub's name,
 * too. */
struct host {
    const char *name, *event, *id;
};
static const struct host hosts[] = {
    {"forgejo", "X-Forgejo-Event", "X-Forgejo-Delivery"},
    {"gitea", "X-Gitea-Event", "X-Gitea-Delivery"},
    {"gitea", "X-Gogs-Event", "X-Gogs-Delivery"},
    {"gitlab", "X-Gitlab-Event", "X-Gitlab-Event-UUID"},
    {"github", "X-GitHub-Event", "X-GitHub-Delivery"},
    {"bitbucket", "X-Event-Key", "X-Request-UUID"},
};

static void put_guid(struct delivery_draft *d, const struct reading *r, const char *given) {
    given = either(given, either(header(r, "webhook-id"), header(r, "X-Request-Id")));
    if (given != NULL && strlen(given) < sizeof d->guid) {
        PUT(d->guid, given);
        return;
    }
    char hash[DIGEST_SHA256_HEX]; /* no name: each one is new */
    digest_sha256_hex(hash, r->raw.ptr, r->raw.len);
    snprintf(d->guid, sizeof d->guid, "%.32s-%lld", hash, (long long)r->q->now);
}

static void put_event(struct delivery_draft *d, const struct reading *r, const json_t *body) {
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        const char *event = header(r, hosts[i].event);
        if (event == NULL)
            continue;
        PUT(d->host, hosts[i].name);
        PUT(d->event, event);
        put_guid(d, r, header(r, hosts[i].id));
        return;
    }
    PUT(d->host, "gitlab"); /* nobody else signs without naming the event */
    PUT(d->event, either(text_at(body, "object_kind", NULL), text_at(body, "type", NULL)));
    put_guid(d, r, NULL);
}

/* GitHub, Gitea, Forgejo, GitLab: one ref a delivery. */
static void put_push(struct delivery_draft *d, const json_t *body) {
    const json_t *repository = at(body, "repository", NULL), *project = at(body, "project", NULL);
    const json_t *commits = at(body, "commits", NULL);
    const json_t *head = at(body, "head_commit", NULL);
    if (!json_is_object(head))
        head = json_array_get(commits,
                              json_array_size(commits) > 0 ? json_array_size(commits) - 1 : 0);
    PUT(d->ref, text_at(body, "ref", NULL));
    PUT(d->commit, text_at(body, "after", NULL));
    PUT(d->repository, either(text_at(repository, "full_name", NULL),
                              text_at(project, "path_with_namespace", NULL)));
    PUT(d->sender,
        either(text_at(body, "pusher", "name"),
               either(text_at(body, "sender", "login"), text_at(body, "user_username", NULL))));
    PUT(d->title, text_at(head, "message", NULL));
}

/* Bitbucket: several refs a delivery; the one that is published counts, else the first branch. */
static void put_changes(struct delivery_draft *d, const json_t *body, const char *branch) {
    const json_t *list = at(body, "push", "changes");
    char wanted[sizeof d->ref];
    size_t i;
    json_t *change;
    if (!json_is_array(list))
        list = at(body, "changes", NULL);
    snprintf(wanted, sizeof wanted, "refs/heads/%s", branch);
    json_array_foreach(list, i, change) {
        const json_t *what = at(change, "new", NULL);
        if (!json_is_object(what))
            what = at(change, "old", NULL);
        char ref[sizeof d->ref] = "";
        const char *name = text_at(what, "name", NULL), *type = text_at(what, "type", NULL);
        bool tag = type != NULL && strcmp(type, "tag") == 0;
        if (name != NULL)
            snprintf(ref, sizeof ref, "refs/%s/%s", tag ? "tags" : "heads", name);
        else
            PUT(ref, either(text_at(change, "ref", "id"), ""));
        bool better = *branch != '\0'
                          ? strcmp(ref, wanted) == 0
                          : !text_starts(d->ref, "refs/heads/") && text_starts(ref, "refs/heads/");
        if (i > 0 && !better)
            continue;
        PUT(d->ref, ref);
        PUT(d->commit, either(text_at(at(change, "new", "target"), "hash", NULL),
                              text_at(change, "toHash", NULL)));
        PUT(d->title, text_at(at(change, "new", "target"), "message", NULL));
    }
    PUT(d->repository,
        either(text_at(body, "repository", "full_name"), text_at(body, "repository", "slug")));
    PUT(d->sender,
        either(text_at(body, "actor", "nickname"),
               either(text_at(body, "actor", "display_name"), text_at(body, "actor", "name"))));
}

static bool is_push(const char *event) {
    static const char *const names[] = {"push",          "Push Hook", "tag_push",
                                        "Tag Push Hook", "repo:push", "repo:refs_changed"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], event) == 0)
            return true;
    return false;
}

/* Whether a push is work for us: fills state and note, returns the status. */
static int judge(struct delivery_draft *d, const struct webhook_options *o) {
    d->state = DELIVERY_IGNORED;
    if (*d->ref != '\0' && !text_starts(d->ref, "refs/heads/")) {
        PUT(d->note, "not a push to a branch: nothing to publish");
        return 200;
    }
    if (*d->ref != '\0' && *o->branch != '\0' &&
        strcmp(d->ref + strlen("refs/heads/"), o->branch) != 0) {
        snprintf(d->note, sizeof d->note, "a push to another branch: %.100s is what is published",
                 o->branch);
        return 200;
    }
    if (o->repository)
        d->state = DELIVERY_PENDING;
    else
        PUT(d->note, "no repository is configured here (--repo)");
    return 202;
}

static int read_payload(struct delivery_draft *d, const struct reading *r, struct error *err) {
    json_t *body = NULL;
    if (json_read_any(&body, r->payload.ptr, r->payload.len, err) != 0) {
        error_prefix(err, "the body is no JSON");
        return 400;
    }
    d->received = r->q->now;
    PUT(d->client, r->q->client);
    put_event(d, r, body);
    int status = 200;
    if (*d->event == '\0') {
        error_set(err, "no header names the event");
        status = 400;
    } else if (!json_is_object(body)) {
        error_set(err, "the body is no object");
        status = 422;
    } else if (!is_push(d->event)) {
        d->state = DELIVERY_IGNORED;
        PUT(d->repository, either(text_at(body, "repository", "full_name"),
                                  text_at(body, "project", "path_with_namespace")));
        PUT(d->sender, text_at(body, "sender", "login"));
        PUT(d->note, "not a push: nothing to publish");
    } else {
        bool several = text_starts(d->event, "repo:"); /* and may be none: then we look */
        if (several)
            put_changes(d, body, r->o->branch);
        else
            put_push(d, body);
        status = several || *d->ref != '\0' ? judge(d, r->o) : 422;
        if (status == 422)
            error_set(err, "a push that names no ref");
    }
    json_decref(body);
    return status;
}

/* Takes the JSON out of a form. 0, -1. */
static int find_payload(struct reading *r, struct error *err) {
    const char *type = header(r, "Content-Type");
    static const char form[] = "application/x-www-form-urlencoded";
    r->raw = r->payload = slice_n(r->q->body, r->q->len);
    r->form = type != NULL && strncasecmp(type, form, strlen(form)) == 0;
    if (!r->form)
        return 0;
    struct slice rest = r->raw, pair;
    while (slice_next(&rest, '&', &pair)) {
        if (!slice_starts(pair, "payload="))
            continue;
        if (text_url_decode(&r->json, pair.ptr + 8, pair.len - 8, true) != 0)
            break;
        r->payload = slice_n(buf_str(&r->json), r->json.len);
        return 0;
    }
    r->payload = slice_of("");
    return error_set(err, "the form has no field \"payload\"");
}

int webhook_read(struct delivery_draft *out, const struct webhook_options *o,
                 const struct webhook_request *q, struct error *err) {
    struct reading r = {.o = o, .q = q};
    struct error form = {0};
    *out = (struct delivery_draft){0};
    buf_init(&r.json, q->len + 1);
    int found = find_payload(&r, &form);
    int status = 401;
    if (verify(&r, err) == 0) {
        if (found == 0) {
            status = read_payload(out, &r, err);
        } else {
            error_set(err, "%s", form.text);
            status = 400;
        }
    }
    buf_free(&r.json);
    return status;
}
