/* Random histories against a naive model: files come, change, go, are renamed, swap permalinks,
 * become drafts, wait for their time and outlive it; after each publication lists, addresses, ids
 * and search are what the model says, and the tables agree among themselves. */
#include "store_fixture.h"

enum { FILES = 24, PERMALINKS = 16, ALIASES = 6, TAGS = 4, STEPS = 200 };

/* One version of a file. */
struct version {
    bool there;
    int permalink, alias, tag; /* alias and tag: -1 none; aliases beyond ALIASES are permalinks */
    bool draft;
    int64_t published, expire_at;
    int weight;
    int number; /* makes title and oid unique */
    char oid[24], title[24];
};

struct model {
    struct version tree[FILES]; /* what the files say */
    struct version seen[FILES]; /* what of it is published: the last good version */
    bool refused[FILES];
    int64_t id[FILES]; /* of the post, once known */
    bool ever[PERMALINKS + ALIASES];
    bool tag_ever[TAGS];
    int64_t now;
    int numbers;
};

static uint64_t seed;
static int roll(int n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((seed >> 33) % (uint64_t)n);
}

static const char *path_name(int path) {
    static char names[4][32];
    static int turn;
    char *name = names[turn++ & 3];
    snprintf(name, sizeof names[0], path < PERMALINKS ? "/p%02d/" : "/old%02d/", path);
    return name;
}

static const char *file_name(int file) {
    static char names[4][32];
    static int turn;
    char *name = names[turn++ & 3];
    snprintf(name, sizeof names[0], "f%02d.md", file);
    return name;
}

static bool claims(const struct version *v, int64_t now) {
    return v->there && !v->draft && (v->expire_at == 0 || v->expire_at > now);
}

static bool is_live(const struct version *v, int64_t now) {
    return claims(v, now) && v->published <= now;
}

static void roll_version(struct model *m, struct version *v) {
    v->there = true;
    v->permalink = roll(PERMALINKS);
    v->alias = roll(3) == 0 ? roll(PERMALINKS + ALIASES) : -1;
    v->tag = roll(TAGS + 1) - 1;
    v->draft = roll(6) == 0;
    v->published = roll(6) == 0 ? m->now + 1 + roll(30) : m->now - roll(1000);
    v->expire_at = roll(6) == 0 ? m->now + roll(40) - 5 : 0;
    v->weight = roll(8) == 0 ? 1 + roll(3) : 0;
    v->number = ++m->numbers;
    snprintf(v->oid, sizeof v->oid, "oid%d", v->number);
    snprintf(v->title, sizeof v->title, "word%dx", v->number);
}

/* One thing an author does. */
static void roll_edit(struct model *m) {
    int a = roll(FILES), b = roll(FILES);
    struct version *x = &m->tree[a], *y = &m->tree[b], kept = *x;
    switch (roll(6)) {
    case 0: /* new, or all new */
        roll_version(m, x);
        break;
    case 1: /* gone */
        x->there = false;
        break;
    case 2: /* renamed */
        if (x->there && !y->there) {
            *y = *x;
            x->there = false;
        }
        break;
    case 3: /* two files swap their permalinks */
        if (x->there && y->there && a != b) {
            roll_version(m, x);
            x->permalink = y->permalink;
            roll_version(m, y);
            y->permalink = kept.permalink;
        }
        break;
    default: /* words or dates change, the address stays */
        if (x->there) {
            roll_version(m, x);
            x->permalink = kept.permalink;
        }
    }
}

/* ---- the model's publication ---- */

struct change {
    bool staged;
    int heir_of; /* the removed file whose post it takes over, -1 */
};

/* New files take over the posts of removed ones: of the same bytes, else of the same permalink. */
static void adopt(const struct model *m, struct change *c) {
    bool taken[FILES] = {false};
    for (int by = 0; by < 2; by++)
        for (int i = 0; i < FILES; i++) {
            if (!c[i].staged || m->seen[i].there || c[i].heir_of >= 0)
                continue;
            for (int k = 0; k < FILES && c[i].heir_of < 0; k++) {
                const struct version *old = &m->seen[k], *new = &m->tree[i];
                bool same =
                    by == 0 ? strcmp(old->oid, new->oid) == 0 : old->permalink == new->permalink;
                if (old->there && !m->tree[k].there && !taken[k] && same) {
                    c[i].heir_of = k;
                    taken[k] = true;
                }
            }
        }
}

/* Whether file i, as it would be, beats file k for their permalink. */
static bool beats(const struct model *m, const struct change *c, const bool *refused, int i,
                  int k) {
    bool fixed[2], kept[2];
    for (int side = 0; side < 2; side++) {
        int f = side == 0 ? i : k;
        int old = c[f].heir_of >= 0 ? c[f].heir_of : f;
        fixed[side] = !c[f].staged || refused[f];
        kept[side] = m->seen[old].there && claims(&m->seen[old], m->now) &&
                     m->seen[old].permalink == m->tree[f].permalink;
    }
    if (fixed[0] != fixed[1])
        return fixed[0];
    if (kept[0] != kept[1])
        return kept[0];
    return i < k;
}

/* What file f says when its staged version is taken or refused. */
static struct version effective(const struct model *m, const struct change *c, const bool *refused,
                                int f) {
    return c[f].staged && !refused[f] ? m->tree[f]
           : m->tree[f].there         ? m->seen[f]
                                      : (struct version){0};
}

static void publish_model(struct model *m, struct change *c) {
    bool refused[FILES] = {false}, again = true;
    adopt(m, c);
    while (again) {
        again = false;
        for (int i = 0; i < FILES; i++)
            for (int k = 0; k < FILES; k++) {
                struct version x = effective(m, c, refused, i), y = effective(m, c, refused, k);
                if (i != k && claims(&x, m->now) && claims(&y, m->now) &&
                    x.permalink == y.permalink && c[k].staged && !refused[k] &&
                    beats(m, c, refused, i, k)) {
                    refused[k] = true;
                    again = true;
                }
            }
    }
    struct version after[FILES];
    int64_t id[FILES];
    for (int f = 0; f < FILES; f++) {
        after[f] = effective(m, c, refused, f);
        bool inherits = c[f].staged && !refused[f] && c[f].heir_of >= 0;
        id[f] = inherits ? m->id[c[f].heir_of] : m->seen[f].there && after[f].there ? m->id[f] : 0;
        m->refused[f] = m->tree[f].there && (c[f].staged ? refused[f] : m->refused[f]);
    }
    memcpy(m->seen, after, sizeof after);
    memcpy(m->id, id, sizeof id);
}

/* ---- the store's ---- */

struct known {
    char oid[FILES][24];
    int64_t ref[FILES];
    bool there[FILES], error[FILES];
};

static int know(void *arg, const struct source *s) {
    struct known *k = arg;
    int f = atoi(s->path + 1);
    k->there[f] = true;
    k->error[f] = s->error != NULL;
    k->ref[f] = s->ref;
    snprintf(k->oid[f], sizeof k->oid[f], "%s", s->oid);
    return 0;
}

static struct known read_known(struct fixture *f) {
    struct known k = {0};
    struct error err = {0};
    struct db *db = store_reader(f->store, &err);
    ok(source_all(db, know, &k, &err), &err);
    store_reader_done(f->store, db);
    return k;
}

static int count_conflict;
static void conflict(void *arg, const char *path, const char *address, const char *owner) {
    (void)arg, (void)path, (void)address, (void)owner;
    count_conflict++;
}

static void publish_store(struct fixture *f, const struct model *m, struct change *c) {
    struct known k = read_known(f);
    struct error err = {0};
    f->now = m->now;
    struct publication *p = begin(f);
    for (int i = FILES - 1; i >= 0; i--) { /* not in order of path: that is the store's business */
        const struct version *v = &m->tree[i];
        c[i] = (struct change){.heir_of = -1};
        if (!v->there && k.there[i])
            ok(publication_removed(p, file_name(i), &err), &err);
        if (!v->there || (k.there[i] && strcmp(k.oid[i], v->oid) == 0))
            continue;
        c[i].staged = true;
        char tag[32];
        snprintf(tag, sizeof tag, "t%d", v->tag);
        stage(p, &(struct words){.source = file_name(i),
                                 .permalink = path_name(v->permalink),
                                 .title = v->title,
                                 .oid = v->oid,
                                 .published = v->published,
                                 .expire_at = v->expire_at,
                                 .weight = v->weight,
                                 .draft = v->draft,
                                 .tag = v->tag >= 0 ? tag : NULL,
                                 .alias = v->alias >= 0 ? path_name(v->alias) : NULL,
                                 .text = "body"});
    }
    struct publication_result r;
    ok(publication_commit(p, conflict, NULL, &r, &err), &err);
}

/* ---- comparing ---- */

static void check_files(struct fixture *f, const struct model *m) {
    struct known k = read_known(f);
    for (int i = 0; i < FILES; i++) {
        assert_int_equal(k.there[i], m->tree[i].there);
        assert_int_equal(k.error[i], m->refused[i]);
        assert_int_equal(k.ref[i] != 0, m->seen[i].there);
        if (m->id[i] != 0)
            assert_int_equal(k.ref[i], m->id[i]);
    }
}

static void learn_ids(struct fixture *f, struct model *m) {
    struct known k = read_known(f);
    for (int i = 0; i < FILES; i++)
        m->id[i] = k.ref[i];
}

static const struct version *sorting;
static int by_place(const void *a, const void *b) {
    const struct version *x = &sorting[*(const int *)a], *y = &sorting[*(const int *)b];
    int wx = x->weight ? x->weight : INT32_MAX, wy = y->weight ? y->weight : INT32_MAX;
    if (wx != wy)
        return wx < wy ? -1 : 1;
    if (x->published != y->published)
        return x->published > y->published ? -1 : 1;
    return strncmp(x->title, y->title, 7);
}

/* Titles of the live posts with this tag (-1: all) in reading order, but for ties, which are few. */
static void check_list(struct fixture *f, const struct model *m, int tag, const char *got) {
    int order[FILES], n = 0;
    char want[2048] = "";
    for (int i = 0; i < FILES; i++)
        if (is_live(&m->seen[i], m->now) && (tag < 0 || m->seen[i].tag == tag))
            order[n++] = i;
    sorting = m->seen;
    qsort(order, (size_t)n, sizeof order[0], by_place);
    for (int i = 1; i < n; i++)
        if (by_place(&order[i - 1], &order[i]) == 0)
            return;
    for (int i = 0; i < n; i++)
        snprintf(want + strlen(want), sizeof want - strlen(want), "%s%s", i ? "," : "",
                 m->seen[order[i]].title);
    assert_string_equal(got, want);
    (void)f;
}

static void check_lists(struct fixture *f, struct model *m) {
    check_list(f, m, -1, home_titles(f));
    check_list(f, m, -1, titles_of(f, LIST_ALL, "", ""));
    check_list(f, m, -1, titles_of(f, LIST_SECTION, "", "posts"));
    for (int t = 0; t < TAGS; t++) {
        char slug[32], path[32];
        bool some = false;
        snprintf(slug, sizeof slug, "t%d", t);
        snprintf(path, sizeof path, "/tags/t%d/", t);
        check_list(f, m, t, titles_of(f, LIST_TERM, "tags", slug));
        for (int i = 0; i < FILES; i++)
            some |= is_live(&m->seen[i], m->now) && m->seen[i].tag == t;
        assert_string_equal(at(f, path), some ? "list" : m->tag_ever[t] ? "gone" : "none");
    }
}

/* Every path that is answered now was answered. */
static void note_answers(struct model *m) {
    for (int i = 0; i < FILES; i++) {
        const struct version *v = &m->seen[i];
        if (!is_live(v, m->now))
            continue;
        m->ever[v->permalink] = true;
        if (v->alias >= 0)
            m->ever[v->alias] = true;
        if (v->tag >= 0)
            m->tag_ever[v->tag] = true;
    }
}

static void check_address(struct fixture *f, struct model *m, int path) {
    const char *got = at(f, path_name(path));
    int owner = -1, alias = -1;
    for (int i = FILES - 1; i >= 0; i--) {
        if (!is_live(&m->seen[i], m->now))
            continue;
        if (m->seen[i].permalink == path)
            owner = i;
        if (m->seen[i].alias == path)
            alias = i;
    }
    if (owner >= 0) {
        assert_string_equal(got, "post");
    } else if (alias >= 0) {
        char want[64];
        snprintf(want, sizeof want, "redirect:%s", path_name(m->seen[alias].permalink));
        assert_string_equal(got, want);
    } else if (!m->ever[path]) {
        assert_string_equal(got, "none");
    } else if (strncmp(got, "redirect:", 9) == 0) {
        char target[64];
        snprintf(target, sizeof target, "%s", got + 9);
        assert_string_not_equal(target, path_name(path));
        assert_string_equal(at(f, target), "post");
    } else {
        assert_string_equal(got, "gone");
    }
}

/* A word is found when a live post says it, whichever file that is of by now. */
static void check_search(struct fixture *f, const struct model *m) {
    for (int i = 0; i < FILES; i++) {
        bool said = false;
        for (int k = 0; k < FILES; k++)
            said |= is_live(&m->seen[k], m->now) && strcmp(m->seen[k].title, m->tree[i].title) == 0;
        if (m->tree[i].title[0] != '\0')
            assert_string_equal(found(f, m->tree[i].title), said ? m->tree[i].title : "");
    }
}

/* Each must return no row. */
static void check_tables(struct fixture *f) {
    static const char *const wrong[] = {
        "SELECT 1 FROM post WHERE staged OR leaving OR refused",
        "SELECT 1 FROM list l WHERE count <> (SELECT count(*) FROM list_entry WHERE list_id = "
        "l.id)",
        "SELECT 1 FROM list_entry e LEFT JOIN post p ON p.id = e.post_id"
        " WHERE p.id IS NULL OR p.live = 0 OR (p.rank, p.age, p.tie) <> (e.rank, e.age, e.tie)",
        "SELECT 1 FROM post p WHERE live AND NOT EXISTS"
        " (SELECT 1 FROM list_entry WHERE list_id = 2 AND post_id = p.id)",
        "SELECT 1 FROM membership m JOIN post p ON p.id = m.post_id AND p.live WHERE NOT EXISTS"
        " (SELECT 1 FROM list_entry e WHERE e.list_id = m.list_id AND e.post_id = p.id)",
        "SELECT 1 FROM body WHERE id NOT IN (SELECT body_id FROM post)",
        "SELECT 1 FROM leftover",
        "SELECT 1 FROM lease",
        "SELECT 1 FROM pragma_foreign_key_check",
        "SELECT 1 FROM post WHERE live AND kind <> 2 GROUP BY permalink HAVING count(*) > 1",
        "SELECT 1 FROM address a WHERE kind = 0 AND NOT EXISTS"
        " (SELECT 1 FROM post WHERE id = a.ref AND permalink = a.path)",
        "SELECT 1 FROM address a WHERE kind = 4 AND NOT EXISTS (SELECT 1 FROM post WHERE id = ref)",
    };
    struct error err = {0};
    struct db *db = store_writer(f->store);
    ok(db_exec(db, "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)", &err), &err);
    ok(db_exec(db, "CREATE TEMP TABLE IF NOT EXISTS bad (x CHECK (false))", &err), &err);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char sql[512];
        snprintf(sql, sizeof sql, "INSERT INTO temp.bad %s", wrong[i]);
        if (db_exec(db, sql, &err) != 0)
            fail_msg("%s: %s", wrong[i], err.text);
    }
    store_writer_done(f->store);
}

static void run_history(struct fixture *f, uint64_t from) {
    static struct model m;
    struct error err = {0};
    int64_t next;
    m = (struct model){.now = NOW};
    seed = from;
    for (int step = 0; step < STEPS; step++) {
        struct change c[FILES];
        m.now += roll(4);
        ok(publish_due(f->store, m.now, &next, &err), &err);
        note_answers(&m);
        for (int n = roll(5) + (roll(10) == 0 ? 20 : 1); n > 0; n--)
            roll_edit(&m);
        publish_store(f, &m, c);
        publish_model(&m, c);
        check_files(f, &m);
        learn_ids(f, &m);
        note_answers(&m);
        m.now += roll(3);
        ok(publish_due(f->store, m.now, &next, &err), &err);
        note_answers(&m);
        check_lists(f, &m);
        for (int path = 0; path < PERMALINKS + ALIASES; path++)
            check_address(f, &m, path);
        check_search(f, &m);
        check_tables(f);
    }
}

static void any_history_ends_where_the_model_does(void **state) {
    for (uint64_t from = 1; from <= 2; from++) {
        struct fixture *f = *state;
        run_history(f, from);
        fixture_close(state);
        fixture_open(state);
    }
    assert_true(count_conflict > 50); /* the histories were worth it */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_history_ends_where_the_model_does, fixture_open,
                                        fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
