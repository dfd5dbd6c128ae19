/* What a post said before, below its own address: "?rev=" lists its versions, "?rev=7" shows one, "?rev=5..7"
 * compares two, "?rev=5.." one with the present. None of it is for search engines. */
#include "web/pages.h"

#include "base/diff.h"
#include "content/html_marks.h"
#include "store/revisions.h"
#include "web/link.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 200, HTML_MAX = 16 << 20, COMPARED_MAX = 1 << 20, CONTEXT = 3 };

struct history {
    struct visit *v;
    int64_t post;
    const char *title, *path; /* of the post at present */
};

/* ---- views ---- */

static int put_link(json_t *o, const char *key, const struct history *h, const char *fmt, int64_t a,
                    int64_t b) {
    struct buf url;
    buf_init(&url, 8192);
    link_path(&url, h->v->site, h->path);
    buf_printf(&url, fmt, (long long)a, (long long)b);
    int bad = json_put_stringn(o, key, buf_str(&url), url.len);
    buf_free(&url);
    return bad;
}

static json_t *view_revision(const struct history *h, const struct revision *r) {
    json_t *o = json_object();
    int bad = json_put_int(o, "id", r->id);
    bad |= json_put_string(o, "title", r->title);
    bad |= json_put(o, "date", view_date(h->v->site, r->at, 0));
    bad |= json_put_string(o, "author", *r->author == '\0' ? NULL : r->author);
    bad |= json_put_string(o, "message", *r->message == '\0' ? NULL : r->message);
    bad |= *r->commit == '\0' ? json_put_string(o, "commit", NULL)
                              : json_put_stringn(o, "commit", r->commit, strnlen(r->commit, 7));
    bad |= json_put_bool(o, "present", r->present);
    bad |= put_link(o, "url", h, "?rev=%lld", r->id, 0);
    bad |= r->present ? json_put(o, "compare", json_null())
                      : put_link(o, "compare", h, "?rev=%lld..", r->id, 0);
    bad |= json_put(o, "before", json_null());
    return view_done(o, bad);
}

/* What all three pages have; the caller puts the rest. */
static json_t *begin(const struct history *h) {
    json_t *model = view_page(h->v, h->title, h->path), *post = json_object();
    int bad = json_put_string(post, "title", h->title);
    bad |= link_put_path(post, "url", h->v->site, h->path);
    bad |= put_link(post, "history", h, "?rev=", 0, 0);
    bad |= json_put(model, "post", post);
    bad |= json_put_bool(json_object_get(model, "page"), "noindex", true);
    return view_done(model, bad);
}

static int answer(const struct history *h, const char *name, json_t *model, struct error *err) {
    (void)http_response_header(h->v->r, "X-Robots-Tag", "noindex");
    return answer_page(h->v, name, model, err);
}

/* ---- the list ---- */

struct listing {
    const struct history *h;
    json_t *array, *newer; /* newer: the one listed before, lent */
    int64_t newer_id;
};

static int list_one(void *arg, const struct revision *r) {
    struct listing *l = arg;
    json_t *o = view_revision(l->h, r);
    int bad = o == NULL ? -1 : 0;
    if (bad == 0 && l->newer != NULL) { /* what the newer one changed */
        bad |= put_link(l->newer, "before", l->h, "?rev=%lld..%lld", r->id, l->newer_id);
    }
    l->newer = o;
    l->newer_id = r->id;
    return json_array_append_new(l->array, o) != 0 || bad != 0 ? -1 : 0;
}

static int show_list(const struct history *h, struct error *err) {
    json_t *model = begin(h);
    struct listing l = {.h = h, .array = json_array()};
    int bad = revision_all(h->v->db, h->post, SHOWN_MAX, list_one, &l, err);
    bad |= json_put_bool(model, "empty", json_array_size(l.array) == 0);
    bad |= json_put(model, "revisions", l.array);
    return answer(h, "history", view_done(model, bad), err);
}

/* ---- one ---- */

struct one {
    const struct history *h;
    json_t *view;
};

static int take_one(void *arg, const struct revision *r) {
    struct one *one = arg;
    struct visit *v = one->h->v;
    struct buf html;
    buf_init(&html, HTML_MAX);
    one->view = view_revision(one->h, r);
    const char *text = r->html == NULL ? "" : r->html;
    int bad = link_files_html(&html, v->site, v->db, r->source, html_traits(text, r->html_len),
                              text, r->html_len);
    bad |= json_put_stringn(one->view, "html", buf_str(&html), html.len);
    buf_free(&html);
    return bad != 0 ? -1 : 1;
}

static int show_one(const struct history *h, int64_t id, struct error *err) {
    struct one one = {.h = h};
    int rc = revision_get(h->v->db, h->post, id, take_one, &one, err);
    if (rc != 1) {
        json_decref(one.view);
        return rc < 0 ? -1 : answer_missing(h->v, 404, err);
    }
    json_t *model = begin(h);
    int bad = json_put(model, "revision", one.view);
    return answer(h, "revision", view_done(model, bad), err);
}

/* ---- two ---- */

struct text {
    const struct history *h;
    json_t *view;
    struct buf markdown;
};

static int take_text(void *arg, const struct revision *r) {
    struct text *t = arg;
    t->view = view_revision(t->h, r);
    if (r->markdown != NULL)
        buf_append(&t->markdown, r->markdown, r->markdown_len);
    return t->view == NULL ? -1 : 1;
}

static int keep_present(void *arg, const struct revision *r) {
    *(int64_t *)arg = r->id;
    return r->present;
}

/* Lines as HTML; of what is the same only a few around a change. */
struct lines {
    struct buf html;
    struct slice held[CONTEXT]; /* the same, perhaps before a change */
    size_t same;                /* lines since the last change */
    bool changed;
};

static void add_line(struct lines *l, const char *tag, char sign, struct slice line) {
    buf_printf(&l->html, "<%s>%c ", tag, sign);
    text_html(&l->html, line.ptr, line.len);
    buf_printf(&l->html, "</%s>\n", tag);
}

static int diff_line(void *arg, enum diff_kind kind, struct slice line) {
    struct lines *l = arg;
    if (kind == DIFF_SAME) {
        if (l->changed && l->same < CONTEXT)
            add_line(l, "span", ' ', line);
        else
            l->held[l->same % CONTEXT] = line;
        l->same++;
        return 0;
    }
    size_t shown = l->changed ? CONTEXT : 0;
    size_t held = l->same > shown ? l->same - shown : 0;
    if (held > CONTEXT) {
        buf_puts(&l->html, "<span>…</span>\n");
        held = CONTEXT;
    }
    for (size_t i = l->same - held; i < l->same; i++)
        add_line(l, "span", ' ', l->held[i % CONTEXT]);
    l->changed = true;
    l->same = 0;
    add_line(l, kind == DIFF_NEW ? "ins" : "del", (char)kind, line);
    return 0;
}

static int put_difference(json_t *model, const struct text *a, const struct text *b) {
    struct lines l = {.same = 0};
    struct error why = {0};
    buf_init(&l.html, HTML_MAX);
    bool can =
        buf_ok(&a->markdown) && buf_ok(&b->markdown) &&
        diff_lines(slice_n(buf_str(&a->markdown), a->markdown.len),
                   slice_n(buf_str(&b->markdown), b->markdown.len), diff_line, &l, &why) == 0 &&
        buf_ok(&l.html);
    int bad = can ? json_put_stringn(model, "difference", buf_str(&l.html), l.html.len)
                  : json_put(model, "difference", json_null());
    bad |= json_put_bool(model, "too_long", !can);
    bad |= json_put_bool(model, "same", can && !l.changed);
    buf_free(&l.html);
    return bad;
}

static int show_two(const struct history *h, int64_t from, int64_t to, struct error *err) {
    struct text a = {.h = h}, b = {.h = h};
    buf_init(&a.markdown, COMPARED_MAX);
    buf_init(&b.markdown, COMPARED_MAX);
    int rc = 1;
    if (to == 0) /* the present one is listed first */
        rc = revision_all(h->v->db, h->post, 1, keep_present, &to, err);
    if (rc == 1)
        rc = revision_get(h->v->db, h->post, from, take_text, &a, err);
    if (rc == 1)
        rc = revision_get(h->v->db, h->post, to, take_text, &b, err);
    if (rc == 1) {
        json_t *model = begin(h);
        int bad = put_difference(model, &a, &b);
        bad |= json_put(model, "from", json_incref(a.view));
        bad |= json_put(model, "to", json_incref(b.view));
        rc = answer(h, "compare", view_done(model, bad), err);
    } else if (rc == 0) {
        rc = answer_missing(h->v, 404, err);
    }
    json_decref(a.view);
    json_decref(b.view);
    buf_free(&a.markdown);
    buf_free(&b.markdown);
    return rc;
}

/* ---- the question ---- */

/* "7", "5..7", "5..": 0 where nothing is said; false when it is none of them. */
static bool read_question(char *text, int64_t *from, int64_t *to, bool *two) {
    char *dots = strstr(text, "..");
    *from = *to = 0;
    *two = dots != NULL;
    if (dots != NULL) {
        *dots = '\0';
        if (dots[2] != '\0' && text_int(to, dots + 2, 1, INT64_MAX) != 0)
            return false;
    }
    return (*text == '\0' && !*two) || text_int(from, text, 1, INT64_MAX) == 0;
}

int revision_page(struct visit *v, int64_t post, const char *title, const char *path,
                  struct error *err) {
    const struct history h = {.v = v, .post = post, .title = title, .path = path};
    struct buf b;
    int64_t from, to;
    bool two;
    buf_init(&b, 64);
    int found = http_request_param(v->q, "rev", &b);
    if (found == 0) {
        buf_free(&b);
        return VISIT_PASS;
    }
    char text[65];
    snprintf(text, sizeof text, "%s", buf_str(&b));
    bool good = found == 1 && buf_ok(&b) && read_question(text, &from, &to, &two);
    buf_free(&b);
    if (!good)
        return answer_missing(v, 404, err);
    return two         ? show_two(&h, from, to, err)
           : from == 0 ? show_list(&h, err)
                       : show_one(&h, from, err);
}
