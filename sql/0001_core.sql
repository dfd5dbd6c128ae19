-- The core: posts and what makes their lists, addresses and pages.
-- Times are UTC seconds since 1970. JSON columns are text that Platen itself wrote.

-- Values by name: "site" (JSON), "recipe", "home" (sections of the home list), ...
CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a post says, apart from what lists show of it: listing pages never touch these rows. A new
-- version is a new row; the post's pointer moves in the publishing transaction.
CREATE TABLE body (
    id       INTEGER PRIMARY KEY,
    title    TEXT NOT NULL, -- title, tags and text as the search index holds them
    tags     TEXT NOT NULL,
    text     TEXT NOT NULL,
    html     TEXT NOT NULL,
    outline  TEXT,          -- JSON
    markdown TEXT NOT NULL  -- the file as it came
) STRICT;

CREATE VIRTUAL TABLE search USING fts5(
    title, tags, text, content = 'body', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);
-- A large import costs half with these: words wait in memory for a whole batch, and eight segments,
-- not four, are merged at a time. Merging in one piece (crisismerge) stays far away: it takes long.
INSERT INTO search (search, rank) VALUES ('hashsize', 33554432);
INSERT INTO search (search, rank) VALUES ('automerge', 8);
INSERT INTO search (search, rank) VALUES ('crisismerge', 64);

CREATE TABLE post (
    id               INTEGER PRIMARY KEY AUTOINCREMENT, -- stable for ever: the API shows it
    kind             INTEGER NOT NULL,           -- enum post_kind
    staged           INTEGER NOT NULL DEFAULT 0, -- 1: part of a publication that is not committed
    replaces         INTEGER,                    -- staged: the post this is the new version of
    refused          INTEGER NOT NULL DEFAULT 0, -- staged: its permalink is another's
    leaving          INTEGER NOT NULL DEFAULT 0, -- its file is gone; set and settled in one transaction
    live             INTEGER NOT NULL DEFAULT 0,
    ever_live        INTEGER NOT NULL DEFAULT 0,
    hidden           INTEGER NOT NULL DEFAULT 0, -- a draft
    live_from        INTEGER NOT NULL DEFAULT 0,
    live_until       INTEGER NOT NULL DEFAULT 9223372036854775807,
    source           TEXT,                       -- file in the repository; NULL: written through the API
    oid              TEXT NOT NULL DEFAULT '',
    stamp            TEXT NOT NULL DEFAULT '',
    etag             TEXT NOT NULL,
    permalink        TEXT NOT NULL,
    slug             TEXT NOT NULL,
    section          TEXT NOT NULL,
    title            TEXT NOT NULL,
    summary          TEXT NOT NULL,
    truncated        INTEGER NOT NULL,
    description      TEXT,
    published        INTEGER NOT NULL,
    has_date         INTEGER NOT NULL,
    published_offset INTEGER NOT NULL, -- minutes east of UTC, for display
    updated          INTEGER NOT NULL,
    updated_offset   INTEGER NOT NULL,
    weight           INTEGER NOT NULL,
    words            INTEGER NOT NULL,
    minutes          INTEGER NOT NULL,
    layout           TEXT,
    toc              INTEGER, -- NULL: the front matter does not say
    cover            TEXT,    -- JSON, so are terms and params
    terms            TEXT,
    params           TEXT,
    rank             INTEGER NOT NULL, -- the place in lists: see list_entry
    age              INTEGER NOT NULL,
    tie              BLOB NOT NULL,
    body_id          INTEGER NOT NULL REFERENCES body (id)
) STRICT;
CREATE UNIQUE INDEX post_source ON post (source) WHERE staged = 0;
CREATE UNIQUE INDEX post_staged ON post (source) WHERE staged = 1;
CREATE INDEX post_replaces ON post (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX post_refused ON post (id) WHERE refused = 1;
CREATE INDEX post_leaving ON post (oid, source) WHERE leaving = 1;
CREATE INDEX post_permalink ON post (permalink);
CREATE INDEX post_page ON post (permalink) WHERE kind = 1 AND live = 1; -- the sitemap's
CREATE INDEX post_body ON post (body_id);
CREATE INDEX post_starts ON post (live_from) WHERE live = 0 AND hidden = 0 AND staged = 0;
CREATE INDEX post_ends ON post (live_until) WHERE live = 1 AND live_until < 9223372036854775807;

-- What a list or feed shows of a post: struct post reads these columns in this order.
CREATE VIEW card AS
SELECT id, kind, live, source, permalink, slug, section, title, summary, truncated, description,
       published, has_date, published_offset, updated, updated_offset, weight, words, minutes,
       layout, cover, terms, params, etag, toc, body_id, rank, age, tie
FROM post;

-- Other paths of a post, from its front matter.
CREATE TABLE alias (
    post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    path    TEXT NOT NULL,
    PRIMARY KEY (post_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_path ON alias (path);

-- Lists: home (1), everything (2), sections, terms.
CREATE TABLE list (
    id         INTEGER PRIMARY KEY,
    kind       INTEGER NOT NULL, -- enum list_kind
    taxonomy   TEXT NOT NULL,    -- plural; '' but for terms
    slug       TEXT NOT NULL,
    given      TEXT NOT NULL,              -- name as its first post wrote it
    name       TEXT NOT NULL,              -- title of its _index.md, else `given`
    path       TEXT NOT NULL,
    count      INTEGER NOT NULL DEFAULT 0, -- live posts
    updated    INTEGER NOT NULL DEFAULT 0, -- newest its posts ever had
    ever       INTEGER NOT NULL DEFAULT 0, -- 1: its page was there once
    index_post INTEGER NOT NULL DEFAULT 0, -- the post of its _index.md, 0: none
    UNIQUE (kind, taxonomy, slug)
) STRICT;
CREATE INDEX list_index ON list (index_post) WHERE index_post <> 0;
CREATE INDEX list_path ON list (path) WHERE kind IN (2, 3);
INSERT INTO list (id, kind, taxonomy, slug, given, name, path)
VALUES (1, 0, '', '', '', '', '/'), (2, 1, '', '', '', '', '/archive/');

-- The lists a post belongs to, live or not.
CREATE TABLE membership (
    post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    list_id INTEGER NOT NULL REFERENCES list (id),
    PRIMARY KEY (post_id, list_id)
) STRICT, WITHOUT ROWID;

-- The live posts of every list in reading order, all columns ascending: rank (weight, those without
-- one last), age (minus the time of publication), tie (the beginning of the title, a hash of
-- the file), id.
CREATE TABLE list_entry (
    list_id INTEGER NOT NULL,
    rank    INTEGER NOT NULL,
    age     INTEGER NOT NULL,
    tie     BLOB NOT NULL,
    post_id INTEGER NOT NULL,
    PRIMARY KEY (list_id, rank, age, tie, post_id)
) STRICT, WITHOUT ROWID;

-- The key of every 250th entry of a list, counted from its END (the oldest), so that a new newest
-- post moves none of them.
CREATE TABLE list_boundary (
    list_id INTEGER NOT NULL,
    nth     INTEGER NOT NULL,
    rank    INTEGER NOT NULL,
    age     INTEGER NOT NULL,
    tie     BLOB NOT NULL,
    post_id INTEGER NOT NULL,
    PRIMARY KEY (list_id, nth)
) STRICT, WITHOUT ROWID;

-- The pages of all terms of a taxonomy ("tags" at "/tags/").
CREATE TABLE taxonomy (
    plural TEXT PRIMARY KEY,
    path   TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- What a path is or was: a post, a media file, a redirect, gone. Pages of lists and taxonomies are
-- found by their own path, unless a post or a file stands there; a path that was ever answered
-- never leaves this table.
CREATE TABLE address (
    path   TEXT PRIMARY KEY,
    kind   INTEGER NOT NULL, -- enum address_kind
    ref    INTEGER NOT NULL DEFAULT 0,
    target TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX address_ref ON address (ref, kind);

-- The files of the tree as last published.
CREATE TABLE source (
    path  TEXT PRIMARY KEY,
    oid   TEXT NOT NULL,
    stamp TEXT NOT NULL,
    role  INTEGER NOT NULL, -- enum source_role
    error TEXT,             -- why it is refused
    ref   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Media by content: rows of at most 256 KB, row n of a blob has id blob * 2^20 + n.
CREATE TABLE blob (
    id   INTEGER PRIMARY KEY,
    oid  TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0 -- 1: all its rows are written
) STRICT;
CREATE INDEX blob_undone ON blob (done) WHERE done = 0;
CREATE TABLE blob_block (
    id   INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;
CREATE TABLE media (
    id      INTEGER PRIMARY KEY,
    source  TEXT NOT NULL,
    staged  INTEGER NOT NULL DEFAULT 0,
    path    TEXT NOT NULL,
    type    TEXT NOT NULL,
    stamp   TEXT NOT NULL,
    blob    INTEGER NOT NULL REFERENCES blob (id),
    updated INTEGER NOT NULL,
    UNIQUE (source, staged)
) STRICT;
CREATE INDEX media_staged ON media (source) WHERE staged = 1;
CREATE INDEX media_path ON media (path);
CREATE INDEX media_blob ON media (blob);

-- What nothing points at any more: deleted in small transactions after the one that let it go.
CREATE TABLE leftover (
    kind INTEGER NOT NULL, -- 0: body, 1: blob
    id   INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- Who may do what only one process may ("publish"), until when.
CREATE TABLE lease (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,    -- a random token
    pid    INTEGER NOT NULL,
    host   TEXT NOT NULL,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What each transaction touched, for caches in this process and others.
CREATE TABLE change (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    rev  INTEGER NOT NULL,
    name TEXT NOT NULL
) STRICT;
CREATE INDEX change_rev ON change (rev);
