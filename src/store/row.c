#include "store/row.h"

#include "base/text.h"

enum card_column {
    CARD_ID,
    CARD_KIND,
    CARD_LIVE,
    CARD_SOURCE,
    CARD_PERMALINK,
    CARD_SLUG,
    CARD_SECTION,
    CARD_TITLE,
    CARD_SUMMARY,
    CARD_TRUNCATED,
    CARD_DESCRIPTION,
    CARD_PUBLISHED,
    CARD_HAS_DATE,
    CARD_PUBLISHED_OFFSET,
    CARD_UPDATED,
    CARD_UPDATED_OFFSET,
    CARD_WEIGHT,
    CARD_WORDS,
    CARD_MINUTES,
    CARD_LAYOUT,
    CARD_COVER,
    CARD_TERMS,
    CARD_PARAMS,
    CARD_OID,
    CARD_TOC,
    CARD_BODY_ID,
    CARD_RANK,
    CARD_AGE,
    CARD_TIE,
    CARD__COUNT,
};
_Static_assert((int)CARD__COUNT == (int)ROW_AFTER_CARD, "row.h says how many columns a card has");
enum body_column { BODY_HTML = CARD__COUNT, BODY_OUTLINE, BODY_MARKDOWN, BODY_MARKS };
/* Those of a line, and then: */
enum shown_column {
    SHOWN_SOURCE = 17,
    SHOWN_LAYOUT,
    SHOWN_COVER,
    SHOWN_PARAMS,
    SHOWN_TOC,
    SHOWN_AROUND,
    SHOWN_VERSIONS,
    SHOWN_HTML,
    SHOWN_MARKS,
    SHOWN_OUTLINE,
};

bool post_is_api(const char *source) {
    return source != NULL && *source == '/';
}

/* The columns of list_run_short. */
static void row_short(struct post *out, struct db_stmt *s) {
    *out = (struct post){
        .live = true,
        .permalink = db_text(s, 0),
        .title = db_text(s, 1),
        .summary = db_text(s, 2),
        .truncated = db_int(s, 3) != 0,
        .published = db_int(s, 4),
        .has_date = db_int(s, 5) != 0,
        .published_offset = (int)db_int(s, 6),
        .minutes = (int)db_int(s, 7),
        .terms = db_text(s, 8),
    };
}

/* The columns of list_run_lines. */
static void row_line(struct post *out, struct db_stmt *s) {
    *out = (struct post){
        .live = true,
        .id = db_int(s, 0),
        .kind = (enum post_kind)db_int(s, 1),
        .permalink = db_text(s, 2),
        .slug = db_text(s, 3),
        .section = db_text(s, 4),
        .title = db_text(s, 5),
        .summary = db_text(s, 6),
        .truncated = db_int(s, 7) != 0,
        .description = db_text(s, 8),
        .published = db_int(s, 9),
        .has_date = db_int(s, 10) != 0,
        .published_offset = (int)db_int(s, 11),
        .updated = db_int(s, 12),
        .updated_offset = (int)db_int(s, 13),
        .words = (int)db_int(s, 14),
        .minutes = (int)db_int(s, 15),
        .terms = db_text(s, 16),
    };
}

/* The columns of post_shown. */
static void row_shown(struct post *out, struct db_stmt *s) {
    row_line(out, s);
    out->source = db_text(s, SHOWN_SOURCE);
    out->layout = db_text(s, SHOWN_LAYOUT);
    out->cover = db_text(s, SHOWN_COVER);
    out->params = db_text(s, SHOWN_PARAMS);
    out->toc = db_text(s, SHOWN_TOC);
    out->around = db_text(s, SHOWN_AROUND);
    out->html = db_blob(s, SHOWN_HTML, &out->html_len);
    out->outline = db_text(s, SHOWN_OUTLINE);
    out->marks = db_text(s, SHOWN_MARKS);
    out->has_versions = db_int(s, SHOWN_VERSIONS) != 0;
}

void row_post(struct post *out, struct db_stmt *s, enum row_part part) {
    static void (*const own[])(struct post * out, struct db_stmt * s) = {
        [ROW_SHORT] = row_short, [ROW_LINE] = row_line, [ROW_SHOWN] = row_shown};
    if (part != ROW_CARD && part != ROW_WHOLE) {
        own[part](out, s);
        return;
    }
    *out = (struct post){
        .id = db_int(s, CARD_ID),
        .kind = (enum post_kind)db_int(s, CARD_KIND),
        .live = db_int(s, CARD_LIVE) != 0,
        .source = db_text(s, CARD_SOURCE),
        .permalink = db_text(s, CARD_PERMALINK),
        .slug = db_text(s, CARD_SLUG),
        .section = db_text(s, CARD_SECTION),
        .title = db_text(s, CARD_TITLE),
        .summary = db_text(s, CARD_SUMMARY),
        .truncated = db_int(s, CARD_TRUNCATED) != 0,
        .description = db_text(s, CARD_DESCRIPTION),
        .published = db_int(s, CARD_PUBLISHED),
        .has_date = db_int(s, CARD_HAS_DATE) != 0,
        .published_offset = (int)db_int(s, CARD_PUBLISHED_OFFSET),
        .updated = db_int(s, CARD_UPDATED),
        .updated_offset = (int)db_int(s, CARD_UPDATED_OFFSET),
        .weight = (int)db_int(s, CARD_WEIGHT),
        .words = (int)db_int(s, CARD_WORDS),
        .minutes = (int)db_int(s, CARD_MINUTES),
        .layout = db_text(s, CARD_LAYOUT),
        .cover = db_text(s, CARD_COVER),
        .terms = db_text(s, CARD_TERMS),
        .params = db_text(s, CARD_PARAMS),
        .etag = db_text(s, CARD_OID),
        .toc = db_text(s, CARD_TOC),
    };
    if (part == ROW_CARD)
        return;
    out->html = db_blob(s, BODY_HTML, &out->html_len);
    out->outline = db_text(s, BODY_OUTLINE);
    out->markdown = db_blob(s, BODY_MARKDOWN, &out->markdown_len);
    out->marks = db_text(s, BODY_MARKS);
}

void row_list(struct list *out, struct db_stmt *s) {
    *out = (struct list){
        .id = db_int(s, 0),
        .kind = (enum list_kind)db_int(s, 1),
        .count = db_int(s, 6),
        .updated = db_int(s, 7),
        .index_post = db_int(s, 8),
    };
    text_copy(out->taxonomy, sizeof out->taxonomy, db_text(s, 2));
    text_copy(out->slug, sizeof out->slug, db_text(s, 3));
    text_copy(out->name, sizeof out->name, db_text(s, 4));
    text_copy(out->path, sizeof out->path, db_text(s, 5));
}

int row_each(struct db_stmt *s, enum row_part part, post_fn *fn, void *arg, struct error *err) {
    int rc, stop = 0;
    while ((rc = db_step(s, err)) == 1 && stop == 0) {
        struct post p;
        row_post(&p, s, part);
        stop = fn(arg, &p);
    }
    db_done(s);
    return rc < 0 ? -1 : stop;
}
