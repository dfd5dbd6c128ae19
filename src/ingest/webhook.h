/* Deliveries of git hosts: is it really theirs, and what does it say.
 *
 * Each host signs in its own header. Every signature of SHA-256 strength that a request carries must
 * be right, and there must be one; SHA-1 counts only when it is allowed and nothing stronger is
 * there. Signatures are compared whole, in constant time, against every secret.
 *
 *   GitHub            X-Hub-Signature-256: sha256=HEX, over the raw body, a form's too
 *   Bitbucket         X-Hub-Signature: sha256=HEX, over the raw body
 *   Gitea, Forgejo    X-Gitea-Signature, X-Forgejo-Signature: HEX, over the JSON, also in a form
 *   GitLab            webhook-signature (Standard Webhooks 1.0): "v1,BASE64 ...", over
 *                     "id.timestamp.body", not older or newer than five minutes; else X-Gitlab-Token,
 *                     the secret itself
 *
 * Pure functions: any thread. */
#ifndef PLATEN_INGEST_WEBHOOK_H
#define PLATEN_INGEST_WEBHOOK_H

#include "store/deliveries.h"

struct webhook_options {
    const char *const *secrets; /* ends with NULL; none: every delivery is refused */
    bool allow_sha1;
    bool repository;    /* one is configured: a push is work */
    const char *branch; /* the one that is published, "" = whatever is the host's default */
};

struct webhook_request {
    const char *(*header)(void *ctx, const char *name); /* NULL when there is none such */
    void *ctx;
    const char *body;
    size_t len;
    const char *client;
    int64_t now; /* UTC milliseconds */
};

/* Reads a delivery into *out. Returns the HTTP status that fits: 202 a push to be looked at, 200
 * verified but nothing to do (out->state says so), 401 not verified, 400 or 422 verified but not
 * what it should be (err says why). *out is for storing when it is 200 or 202. */
int webhook_read(struct delivery_draft *out, const struct webhook_options *o,
                 const struct webhook_request *q, struct error *err) CHECKED;

#endif
