/* The archive: every post by year and month, 500 a page. */
#include "web/pages.h"

#include "base/date.h"
#include "web/link.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

enum { ARCHIVE_PAGE = 500 };

static const char *const month_names[] = {"",        "January",  "February", "March",  "April",
                                          "May",     "June",     "July",     "August", "September",
                                          "October", "November", "December"};

/* [{"name": "2023", "id": "y2023", "months": [{"name": "May", "posts": [...]}]}], in list order. A
 * group is opened whenever the year or month differs from the post before. */
struct groups {
    const struct snapshot *site;
    json_t *years;  /* owned by the caller */
    json_t *months; /* of the last year; borrowed */
    json_t *posts;  /* of the last month; borrowed */
    int year, month;
};

static int open_year(struct groups *g, int year) {
    char name[16], id[16];
    snprintf(name, sizeof name, "%d", year);
    snprintf(id, sizeof id, "y%d", year);
    json_t *o = json_object();
    int bad = json_put_string(o, "name", year == 0 ? "Undated" : name);
    bad |= json_put_string(o, "id", year == 0 ? "undated" : id);
    bad |= json_put(o, "months", json_array());
    g->months = json_object_get(o, "months");
    return json_array_append_new(g->years, o) | bad;
}

static int open_month(struct groups *g, int month) {
    json_t *o = json_object();
    int bad = json_put_string(o, "name", month_names[month]);
    bad |= json_put(o, "posts", json_array());
    g->posts = json_object_get(o, "posts");
    return json_array_append_new(g->months, o) | bad;
}

static int take(void *arg, const struct post *p) {
    struct groups *g = arg;
    struct date d = {0};
    if (p->has_date)
        d = date_at(p->published, p->published_offset);
    int bad = 0;
    if (g->posts == NULL || d.year != g->year)
        bad |= open_year(g, d.year);
    if (bad == 0 && (g->posts == NULL || d.year != g->year || d.month != g->month))
        bad |= open_month(g, d.month);
    g->year = d.year;
    g->month = d.month;
    json_t *o = json_object();
    bad |= json_put_string(o, "title", p->title);
    bad |= link_put_path(o, "url", g->site, p->permalink);
    bad |=
        json_put(o, "date",
                 p->has_date ? view_date(g->site, p->published, p->published_offset) : json_null());
    bad |= json_array_append_new(g->posts, o);
    return bad != 0 ? -1 : 0;
}

int archive_show(struct visit *v, const char *base, const char *title, int64_t number,
                 struct error *err) {
    const struct list *all = &v->site->all;
    int64_t pages = all->count == 0 ? 1 : (all->count + ARCHIVE_PAGE - 1) / ARCHIVE_PAGE;
    if (number < 1 || number > pages)
        return answer_missing(v, 404, err);
    visit_depends(v, "list:all");
    visit_depends(v, "address:%s", base);
    char path[1200];
    snprintf(path, sizeof path, "%s", base);
    if (number > 1)
        snprintf(path, sizeof path, "%spage/%lld/", base, (long long)number);
    struct groups g = {.site = v->site, .years = json_array()};
    int bad = 0;
    if (all->id != 0)
        bad = list_posts(v->db, all->id, (number - 1) * ARCHIVE_PAGE, ARCHIVE_PAGE, LIST_LINES,
                         take, &g, err);
    json_t *model = view_page(v, title == NULL ? "Archive" : title, path);
    bad |= json_put_bool(model, "empty", json_array_size(g.years) == 0);
    bad |= json_put_int(model, "count", all->count);
    bad |= json_put(model, "years", g.years);
    bad |= json_put(model, "pager", view_pager(v->site, base, number, pages));
    return answer_page(v, "archive", view_done(model, bad), err);
}

int archive_page(struct visit *v, const struct route_match *m, struct error *err) {
    int64_t number = m->count == 0 ? 1 : page_number(m->param[0]);
    if (m->count > 0 && number == 1)
        return answer_redirect(v, "/archive/", true, err);
    return archive_show(v, "/archive/", NULL, number, err);
}
