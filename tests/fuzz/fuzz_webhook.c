/* Any bytes as a delivery, from every host: the first byte says which one, the second the event. Half of
 * them are signed, so that the reading behind the signature is reached. */
#include "base/digest.h"
#include "base/unicode.h"
#include "ingest/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET "the secret"

struct headers {
    const char *names[4], *values[4];
    char signature[128];
};

static const char *header(void *ctx, const char *name) {
    const struct headers *h = ctx;
    for (size_t i = 0; i < 4; i++)
        if (h->names[i] != NULL && strcasecmp(h->names[i], name) == 0)
            return h->values[i];
    return NULL;
}

static void must(bool held) {
    if (!held)
        abort();
}

static void check_text(const char *text) {
    must(unicode_valid(text, strlen(text), NULL));
    for (; *text != '\0'; text++)
        must((unsigned char)*text >= 0x20 && *text != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const events[][2] = {
        {"X-GitHub-Event", "push"},       {"X-Gitea-Event", "push"},
        {"X-Forgejo-Event", "push"},      {"X-Gitlab-Event", "Push Hook"},
        {"X-Event-Key", "repo:push"},     {"X-Event-Key", "repo:refs_changed"},
        {"X-GitHub-Event", "ping"},       {"X-Nothing", "x"},
        {"X-Gitlab-Event", "Issue Hook"}, {"X-GitHub-Event", "\xff\x01odd"}};
    static const char *const secrets[] = {SECRET, "another", NULL};
    if (size < 2)
        return 0;
    bool sign = (data[0] & 1) != 0, form = (data[0] & 2) != 0, gitea = (data[0] & 4) != 0;
    size_t which = data[1] % (sizeof events / sizeof events[0]);
    const char *body = (const char *)data + 2;
    struct headers h = {.names = {events[which][0]}, .values = {events[which][1]}};
    if (form) {
        h.names[1] = "Content-Type";
        h.values[1] = "application/x-www-form-urlencoded";
    }
    if (sign && gitea) {
        h.names[2] = "X-Gitlab-Token";
        h.values[2] = SECRET;
    } else {
        char hex[DIGEST_SHA256_HEX];
        digest_hmac_sha256_hex(hex, SECRET, strlen(SECRET), body, size - 2);
        snprintf(h.signature, sizeof h.signature, "%s%s", sign ? "sha256=" : "sha256:", hex);
        h.names[2] = "X-Hub-Signature-256";
        h.values[2] = h.signature;
    }
    struct webhook_options o = {
        .secrets = secrets, .repository = true, .branch = (data[0] & 8) ? "main" : ""};
    struct webhook_request q = {
        .header = header, .ctx = &h, .body = body, .len = size - 2, .client = "here", .now = 1};
    struct delivery_draft d;
    struct error err = {0};
    int status = webhook_read(&d, &o, &q, &err);
    must(status == 200 || status == 202 || status == 400 || status == 401 || status == 422);
    must(sign || status == 401);
    must(!sign || status != 401);
    must(status == 200 || status == 202 || err.text[0] != '\0');
    check_text(d.guid);
    check_text(d.event);
    check_text(d.ref);
    check_text(d.commit);
    check_text(d.repository);
    check_text(d.sender);
    check_text(d.title);
    if (status == 202)
        must(d.state == DELIVERY_PENDING);
    return 0;
}
