/* Words of every script found, ranked and shown; the index and its queries bounded. */
#include "store_fixture.h"

#include "base/embed.h"
#include "base/unicode.h"

static const char *fold(const char *s) {
    static char out[256];
    size_t n = 0, len = strlen(s);
    for (size_t at = 0; at < len;) {
        uint32_t c;
        at += unicode_next(s + at, len - at, &c);
        n += unicode_fold(c, out + n);
    }
    out[n] = '\0';
    return out;
}

static void folding(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"Press", "press"},
        {"ÉÈê", "eee"},
        {"e\xcc\x81", "e"},
        {"Straße", "strasse"},
        {"ẞ", "ss"},
        {"Łódź", "lodz"},
        {"Øystein", "oystein"},
        {"Ærø", "aero"},
        {"Ελληνικά", "ελληνικα"},
        {"ΣΟΦΟΣ", "σοφοσ"},
        {"σοφός", "σοφοσ"},
        {"Ёлка", "елка"},
        {"Йод", "йод"},
        {"ＡＢＣ１２", "abc12"},
        {"كِتَاب", "كتاب"},
        {"שָׁלוֹם", "שלום"},
        {"Việt", "viet"},
        {"हिन्दी", "हिन्दी"},
        {"İstanbul", "istanbul"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(fold(rows[i][0]), rows[i][1]);
}

struct seen {
    char text[8192];
    size_t count;
};

static int see(void *arg, const struct search_hit *hit) {
    struct seen *s = arg;
    size_t n = strlen(s->text);
    s->count++;
    snprintf(s->text + n, sizeof s->text - n, "%s%s: %s", n > 0 ? "\n" : "", hit->title,
             hit->snippet);
    return 0;
}

/* "title: snippet" of every hit, a line each. */
static const char *shown(struct fixture *f, const char *q) {
    static struct seen s;
    struct error err = {0};
    int64_t total;
    memset(&s, 0, sizeof s);
    struct db *db = store_reader(f->store, &err);
    ok(search_posts(db, q, 0, 100, &total, see, &s, &err), &err);
    store_reader_done(f->store, db);
    assert_int_equal(s.count, total);
    return s.text;
}

static void every_script(void **state) {
    struct fixture *f = *state;
    const struct words posts[] = {
        {.source = "ja.md",
         .title = "日本語の記事",
         .text = "東京タワーは黒猫の隣です。",
         .published = 9},
        {.source = "zh.md",
         .title = "活字",
         .text = "印刷术是中国古代的发明",
         .tag = "历史",
         .published = 8},
        {.source = "ko.md", .title = "한글", .text = "한국어를 검색합니다", .published = 7},
        {.source = "th.md", .title = "ไทย", .text = "ภาษาไทยง่ายมาก", .published = 6},
        {.source = "ru.md", .title = "Ёлка", .text = "Зелёная ёлка", .published = 5},
        {.source = "el.md", .title = "Ελληνικά", .text = "Ο σοφός", .published = 4},
        {.source = "de.md", .title = "Straße", .text = "Über die Größe", .published = 3},
        {.source = "ar.md", .title = "كِتَاب", .text = "مَكْتَبَة", .published = 2},
        {.source = "mix.md", .title = "Python入門", .text = "iPhone版", .published = 1},
        {.source = NULL}};
    publish(f, posts, NULL);
    static const char *const rows[][2] = {
        {"東京", "日本語の記事"},
        {"東京タワー", "日本語の記事"},
        {"猫", "日本語の記事"},
        {"黒猫", "日本語の記事"},
        {"東京猫", ""},
        {"京東", ""},
        {"記事", "日本語の記事"},
        {"印刷", "活字"},
        {"历史", "活字"},
        {"术", "活字"},
        {"검색", "한글"},
        {"한국", "한글"},
        {"어", "한글"},
        {"ไทย", "ไทย"},
        {"ง่าย", "ไทย"},
        {"елка", "Ёлка"},
        {"ЗЕЛЁНАЯ", "Ёлка"},
        {"ελληνικα", "Ελληνικά"},
        {"ΣΟΦΟΣ", "Ελληνικά"},
        {"strasse", "Straße"},
        {"grosse", "Straße"},
        {"uber", "Straße"},
        {"كتاب", "كِتَاب"},
        {"مكتبة", "كِتَاب"},
        {"python", "Python入門"},
        {"入門", "Python入門"},
        {"ｐｙｔｈｏｎ", "Python入門"},
        {"python 版", "Python入門"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(found(f, rows[i][0]), rows[i][1]) != 0)
            fail_msg("%s: %s, expected %s", rows[i][0], found(f, rows[i][0]), rows[i][1]);
}

static void only_the_last_word_is_begun(void **state) {
    struct fixture *f = *state;
    const struct words posts[] = {
        {.source = "a.md", .title = "Typesetting", .text = "printers print", .published = 2},
        {.source = "b.md", .title = "Type", .text = "incomprehensibilities", .published = 1},
        {.source = NULL}};
    publish(f, posts, NULL);
    assert_string_equal(found(f, "type"), "Type,Typesetting"); /* the word itself counts more */
    assert_string_equal(found(f, "ty"), "Typesetting,Type");
    assert_string_equal(found(f, "t"), "");
    assert_string_equal(found(f, "types"), "Typesetting");
    assert_string_equal(found(f, "typesettin"), "Typesetting");
    assert_string_equal(found(f, "typesettings"), "");
    assert_string_equal(found(f, "prin typesetting"), "");
    assert_string_equal(found(f, "print typeset"), "Typesetting");
    assert_string_equal(found(f, "incompr"), "Type");
    assert_string_equal(found(f, "incomprehensibilitie"), "Type");
    assert_string_equal(found(f, "comprehensibilities"), "");
}

static void title_before_tags_before_text(void **state) {
    struct fixture *f = *state;
    const struct words posts[] = {
        {.source = "text.md",
         .title = "One",
         .text = "ink ink ink ink ink ink ink",
         .published = 99},
        {.source = "tag.md", .title = "Two", .text = "nothing", .tag = "ink", .published = 50},
        {.source = "new.md", .title = "Ink, new", .published = 20},
        {.source = "old.md", .title = "Ink, old", .published = 10},
        {.source = "once.md", .title = "Five", .text = "ink", .published = 98},
        {.source = NULL}};
    publish(f, posts, NULL);
    assert_string_equal(found(f, "ink"), "Ink, new,Ink, old,Two,One,Five");
}

static void snippets(void **state) {
    struct fixture *f = *state;
    static char text[20000];
    size_t n = 0;
    while (n < sizeof text - 100)
        n += (size_t)snprintf(text + n, sizeof text - n, "lorem ipsum %zu\n ", n);
    snprintf(text + n / 2, 60, " a <script>galley</script> & \"proof\" of Café");
    text[n / 2 + strlen(text + n / 2)] = ' ';
    const struct words posts[] = {
        {.source = "a.md", .title = "On <b>proofs</b> & more", .text = text, .published = 2},
        {.source = "j.md",
         .title = "月",
         .text = "吾輩は猫である。名前はまだ無い。",
         .published = 1},
        {.source = NULL}};
    publish(f, posts, NULL);
    const char *s = shown(f, "galley proof");
    assert_non_null(strstr(s, "On &lt;b&gt;<mark>proofs</mark>&lt;/b&gt; &amp; more: … "));
    assert_non_null(strstr(s, "a &lt;script&gt;<mark>galley</mark>&lt;/script&gt; &amp; "
                              "&quot;<mark>proof</mark>&quot; of"));
    assert_null(strstr(s, "<script"));
    assert_true(strlen(s) < 700);
    assert_non_null(strstr(shown(f, "cafe"), "<mark>Café</mark>"));
    assert_string_equal(shown(f, "名前 猫"),
                        "月: 吾輩は<mark>猫</mark>である。<mark>名前</mark>はまだ無い。");
    assert_string_equal(shown(f, "月"), "<mark>月</mark>: ");
}

/* Thousands of posts with one word: what is counted is bounded, and a title is found behind all of them. */
static void bounded(void **state) {
    struct fixture *f = *state;
    enum { POSTS = 2500 };
    struct publication *p = begin(f);
    for (int i = 0; i < POSTS; i++) {
        char source[32], title[32];
        snprintf(source, sizeof source, "p%05d.md", i);
        snprintf(title, sizeof title, i == 3 ? "Common sense" : "Number %d", i);
        stage(p,
              &(struct words){
                  .source = source, .title = title, .text = "a common word", .published = i + 1});
    }
    commit(p, NULL);
    struct error err = {0};
    int64_t total = 0;
    struct seen s = {.count = 0};
    struct db *db = store_reader(f->store, &err);
    ok(search_posts(db, "common", 0, 2, &total, see, &s, &err), &err);
    assert_int_equal(total, 1001);
    assert_int_equal(s.count, 2);
    assert_non_null(strstr(s.text, "<mark>Common</mark> sense"));
    assert_non_null(strstr(s.text, "Number 2499"));
    ok(search_posts(db, "common", 1000, 20, &total, see, &s, &err), &err);
    assert_int_equal(s.count, 3);
    ok(search_posts(db, "common", 5000, 20, &total, see, &s, &err), &err);
    assert_int_equal(s.count, 3);
    store_reader_done(f->store, db);
}

static void a_spent_budget_is_told(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = store_reader(f->store, &err);
    db_budget(db, 2000);
    assert_int_equal(db_exec(db,
                             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                             "SELECT count(*) FROM n",
                             &err),
                     -1);
    assert_true(db_spent(db));
    db_budget(db, 0);
    assert_false(db_spent(db));
    ok(db_exec(db, "SELECT 1", &err), &err);
    store_reader_done(f->store, db);
}

/* The index says what the texts say, also after posts have changed and gone. */
static void the_index_is_whole(void **state) {
    struct fixture *f = *state;
    struct words posts[] = {{.source = "a.md",
                             .title = "東京 tower",
                             .text = "Printing, printed; 活字 and é",
                             .tag = "press",
                             .published = 2},
                            {.source = "b.md", .title = "B", .text = "Gone soon", .published = 1},
                            {.source = NULL}};
    publish(f, posts, NULL);
    posts[0].text = "Something else altogether 猫";
    posts[1] = (struct words){.source = NULL};
    publish(f, posts, (const char *[]){"b.md", NULL});
    assert_string_equal(found(f, "soon"), "");
    assert_string_equal(found(f, "猫"), "東京 tower");
    struct error err = {0};
    struct db *db = store_writer(f->store);
    ok(db_exec(db, "INSERT INTO search (search) VALUES ('integrity-check')", &err), &err);
    ok(db_exec(db, "INSERT INTO search_head (search_head) VALUES ('integrity-check')", &err), &err);
    store_writer_done(f->store);
}

/* What a database of before this index is like: posts, and an index of other words. */
static void an_older_index_is_made_anew(void **state) {
    struct fixture *f = *state;
    publish(f,
            (const struct words[]){{.source = "a.md", .title = "東京タワー", .text = "猫"},
                                   {.source = NULL}},
            NULL);
    struct error err = {0};
    struct db *db = store_writer(f->store);
    ok(db_exec(db,
               "DROP TABLE search; DROP TABLE search_head; DROP INDEX post_body;"
               "CREATE INDEX post_body ON post (body_id);"
               "CREATE VIRTUAL TABLE search USING fts5(title, tags, text, content='body', "
               "content_rowid='id', tokenize='unicode61');"
               "INSERT INTO search (search) VALUES ('rebuild')",
               &err),
       &err);
    bool done = false;
    for (size_t i = 0; i < embedded_sql_count; i++)
        if (strstr(embedded_sql[i].name, "_search") != NULL) {
            ok(db_exec(db, (const char *)embedded_sql[i].data, &err), &err);
            done = true;
        }
    assert_true(done);
    store_writer_done(f->store);
    assert_string_equal(found(f, "東京"), "東京タワー");
    assert_string_equal(found(f, "猫"), "東京タワー");
}

#define in_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folding),
        in_fixture(every_script),
        in_fixture(only_the_last_word_is_begun),
        in_fixture(title_before_tags_before_text),
        in_fixture(snippets),
        in_fixture(bounded),
        in_fixture(a_spent_budget_is_told),
        in_fixture(the_index_is_whole),
        in_fixture(an_older_index_is_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
