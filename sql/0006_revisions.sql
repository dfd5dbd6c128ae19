-- What a post said before. The row of the version that readers see has no text of its own: that is the post's
-- body; it gets a copy when the post moves on.
CREATE TABLE revision (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    post      INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    oid       TEXT NOT NULL,            -- git blob id of the file
    commit_id TEXT NOT NULL DEFAULT '', -- '': not known, so are author and message
    author    TEXT NOT NULL DEFAULT '',
    at        INTEGER NOT NULL,         -- UTC seconds: the commit's, or when it went live
    message   TEXT NOT NULL DEFAULT '', -- its first line
    title     TEXT NOT NULL,
    html      TEXT,                     -- NULL: the post's body
    markdown  TEXT
) STRICT;
CREATE INDEX revision_post ON revision (post, at, id);
