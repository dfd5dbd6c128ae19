/* How a visit is answered: rendering, caching headers, redirects, errors.
 *
 * HTML and feeds may be kept by anybody and are asked for anew each time (max-age=0), with a strong
 * ETag over the very bytes. Last-Modified is when this process first saw the present revision of
 * the site: every page was as it is since then at the latest, whatever made it so. */
#include "web/pages.h"

#include "base/digest.h"
#include "web/link.h"
#include "web/near.h"
#include "web/policy.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

enum { USUAL_BODY = 16 << 10 };
#define REVALIDATE "public, max-age=0, must-revalidate"

/* Values here are our own and short: a refused header can only mean that memory is out, and then
 * the server says so itself. */
static void header(struct visit *v, const char *name, const char *value) {
    (void)http_response_header(v->r, name, value);
}

void answer_policy(struct visit *v) {
    header(v, "X-Content-Type-Options", "nosniff");
    header(v, "Referrer-Policy", "strict-origin-when-cross-origin");
    if (text_starts(v->site->base_url, "https:"))
        header(v, "Strict-Transport-Security", "max-age=31536000");
}

/* What a browser may do with the page that stands in the body. */
static void page_policy(struct visit *v) {
    const struct buf *body = http_response_body(v->r);
    unsigned needs = v->rendered ? v->needs : policy_needs(buf_str(body), body->len);
    const char *ready = policy_ready(v->site, needs);
    struct buf policy;
    buf_init(&policy, 16384);
    if (ready == NULL)
        policy_write(&policy, v->site, needs);
    header(v, "Content-Security-Policy", ready != NULL ? ready : buf_str(&policy));
    header(v, "Cross-Origin-Opener-Policy", "same-origin");
    buf_free(&policy);
}

void answer_text(struct visit *v, int status, const char *text) {
    struct buf *body = http_response_body(v->r);
    buf_clear(body);
    buf_puts(body, text);
    http_response_status(v->r, status);
    header(v, "Content-Type", TYPE_TEXT);
    header(v, "Cache-Control", "no-store");
    answer_policy(v);
}

int answer_body(struct visit *v, const char *type, int status, struct error *err) {
    return answer_version(v, type, status, NULL, err);
}

int answer_version(struct visit *v, const char *type, int status, const char *version,
                   struct error *err) {
    struct buf *body = http_response_body(v->r);
    if (!buf_ok(body))
        return error_set(err, "the answer is larger than %zu bytes, or memory is out", body->max);
    http_response_status(v->r, status);
    header(v, "Content-Type", type);
    header(v, "Cache-Control", REVALIDATE);
    answer_policy(v);
    if (text_starts(type, "text/html"))
        page_policy(v);
    if (status != 200)
        return VISIT_DONE;
    header(v, "Vary", "Accept-Encoding");
    char tag[DIGEST_TAG_HEX], etag[80];
    digest_tag_hex(tag, buf_str(body), body->len);
    if (version != NULL) {
        snprintf(etag, sizeof etag, "\"%.40s-%.16s\"", version, tag);
    } else {
        etag[0] = '"';
        memcpy(etag + 1, tag, sizeof tag - 1);
        memcpy(etag + sizeof tag, "\"", 2);
    }
    (void)http_conditional(v->q, v->r, etag, v->site->seen);
    return VISIT_DONE;
}

/* Control characters have no way into XML 1.0, not even as references; nor have U+FFFE, U+FFFF. */
static size_t forbidden(const unsigned char *p, size_t left) {
    if (p[0] < 0x20 && p[0] != '\t' && p[0] != '\n' && p[0] != '\r')
        return 1;
    return left >= 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe ? 3 : 0;
}

void answer_clean_xml(struct buf *body) {
    size_t kept = 0;
    unsigned char *p = (unsigned char *)body->data;
    for (size_t i = 0; i < body->len;) {
        size_t n = forbidden(p + i, body->len - i);
        if (n == 0)
            p[kept++] = p[i++];
        i += n;
    }
    buf_truncate(body, kept);
}

/* Renders into the body. */
static int render(struct visit *v, const char *name, struct value model, struct error *err) {
    if (!arena_ok(v->arena))
        return error_set(err, "the view is too large, or memory is out");
    struct buf *body = http_response_body(v->r);
    (void)buf_room(body, USUAL_BODY); /* most pages fit, and it does not grow step by step */
    v->rendered = true;
    if (template_pack_show(v->site->pack, name, &model, body, &v->needs, err) != 0)
        return -1;
    return arena_ok(v->arena) ? 0 : error_set(err, "the view became too large, or memory is out");
}

/* Steals model. The site's own part is not copied. NULL: the reason is in err when the store gave one. */
static int render_json(struct visit *v, const char *name, json_t *model, struct error *err) {
    if (model == NULL)
        return -1;
    bool site = json_object_get(model, "site") == v->site->site;
    if (site)
        (void)json_object_del(model, "site");
    struct value copy = value_of_json(v->arena, model);
    if (site)
        value_put(copy, "site", v->site->view);
    json_decref(model);
    return render(v, name, copy, err);
}

int answer_template(struct visit *v, const char *name, json_t *model, const char *type, int status,
                    struct error *err) {
    if (render_json(v, name, model, err) != 0)
        return -1;
    if (strstr(type, "xml") != NULL)
        answer_clean_xml(http_response_body(v->r));
    return answer_body(v, type, status, err);
}

int answer_page(struct visit *v, const char *name, json_t *model, struct error *err) {
    return answer_template(v, name, model, TYPE_HTML, 200, err);
}

int answer_show(struct visit *v, const char *name, struct value model, struct error *err) {
    return render(v, name, model, err) != 0 ? -1 : answer_body(v, TYPE_HTML, 200, err);
}

static int answer_private_body(struct visit *v) {
    header(v, "Content-Type", TYPE_HTML);
    header(v, "Cache-Control", "private, no-store");
    page_policy(v);
    answer_policy(v);
    return VISIT_DONE;
}

int answer_private(struct visit *v, const char *name, json_t *model, struct error *err) {
    if (model == NULL)
        return error_set(err, "the view cannot be made: out of memory");
    return render_json(v, name, model, err) != 0 ? -1 : answer_private_body(v);
}

int answer_show_private(struct visit *v, const char *name, struct value model, struct error *err) {
    return render(v, name, model, err) != 0 ? -1 : answer_private_body(v);
}

static int moved(struct visit *v, int status, const char *to, const char *kept, struct error *err) {
    if (http_response_header(v->r, "Location", to) != 0)
        return error_set(err, "a redirect to %s cannot be written", to);
    struct buf *body = http_response_body(v->r);
    buf_puts(body, "Moved to ");
    buf_puts(body, to);
    buf_putc(body, '\n');
    http_response_status(v->r, status);
    header(v, "Content-Type", TYPE_TEXT);
    header(v, "Cache-Control", kept);
    answer_policy(v);
    return VISIT_DONE;
}

static int redirect(struct visit *v, int status, const char *path, const char *q, const char *kept,
                    struct error *err) {
    struct buf to;
    buf_init(&to, 16384);
    link_path(&to, v->site, path);
    if (*q != '\0')
        buf_printf(&to, "?%s", q);
    int rc = buf_ok(&to) ? moved(v, status, buf_str(&to), kept, err)
                         : error_set(err, "a redirect to %s cannot be written", path);
    buf_free(&to);
    return rc;
}

int answer_redirect_to(struct visit *v, const char *url, struct error *err) {
    return moved(v, 301, url, REVALIDATE, err);
}

int answer_redirect(struct visit *v, const char *path, bool query, struct error *err) {
    return redirect(v, 301, path, query ? http_request_query(v->q) : "", REVALIDATE, err);
}

int answer_redirect_now(struct visit *v, const char *path, struct error *err) {
    return redirect(v, 302, path, "", "no-store", err);
}

int answer_missing(struct visit *v, int status, struct error *err) {
    json_t *model = view_page(v, status == 410 ? "This page is gone" : "Page not found", NULL);
    int bad = json_put_bool(model, "gone", status == 410);
    bad |= json_put_int(model, "status", status);
    bad |= json_put_bool(json_object_get(model, "page"), "noindex", true);
    bad |= json_put(model, "near", status == 404 ? near_matches(v, err) : json_null());
    bad |= json_put_bool(model, "has_near", json_is_array(json_object_get(model, "near")));
    if (bad != 0) {
        json_decref(model);
        model = NULL;
    }
    return answer_template(v, "error", model, TYPE_HTML, status, err);
}

/* The file that static hosts keep the page in, at its own address: there it is no error. */
int missing_document(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    int rc = answer_missing(v, 404, err);
    http_response_status(v->r, 200);
    return rc;
}

int not_found(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    return answer_missing(v, 404, err);
}
