-- Push to publish: deliveries, tokens, events. Times of deliveries are UTC milliseconds.

-- What git hosts told us, one row a delivery, and how it went; also the looks at the repository that
-- the server made by itself, when they changed something or failed (host 'platen'). The body is not
-- kept: what a host says is a prompt to look, never the truth.
CREATE TABLE delivery (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    host        TEXT NOT NULL,             -- github, gitea, forgejo, gitlab, bitbucket, platen
    guid        TEXT NOT NULL,             -- the host's name for it
    event       TEXT NOT NULL,             -- push, ping, ...; start, sweep, watch, replay, rollback
    ref         TEXT NOT NULL DEFAULT '',  -- refs/heads/main, as the host said; so on below
    commit_id   TEXT NOT NULL DEFAULT '',
    repository  TEXT NOT NULL DEFAULT '',
    sender      TEXT NOT NULL DEFAULT '',
    title       TEXT NOT NULL DEFAULT '',  -- first line of the commit's message
    client      TEXT NOT NULL DEFAULT '',  -- address it came from
    received    INTEGER NOT NULL,
    state       INTEGER NOT NULL,          -- enum delivery_state
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_try    INTEGER NOT NULL DEFAULT 0,
    finished    INTEGER NOT NULL DEFAULT 0,
    applied     TEXT NOT NULL DEFAULT '',  -- the commit that was made live
    merged_into INTEGER NOT NULL DEFAULT 0, -- the later delivery whose look served this one too
    error       TEXT NOT NULL DEFAULT '',
    result      TEXT NOT NULL DEFAULT '',  -- JSON
    UNIQUE (host, guid)
) STRICT;
CREATE INDEX delivery_waiting ON delivery (id) WHERE state = 0;
CREATE INDEX delivery_state ON delivery (state, id);

-- Bearer tokens of the API: of the secret only its SHA-256.
CREATE TABLE token (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT NOT NULL,
    hash    TEXT NOT NULL UNIQUE,
    scopes  TEXT NOT NULL,              -- " posts:write deliveries:read "
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,           -- 0: never
    used    INTEGER NOT NULL DEFAULT 0, -- to the minute
    revoked INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What happened to posts that readers see, in order, for pages that are open and clients that come
-- back.
CREATE TABLE event (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    rev   INTEGER NOT NULL, -- of the change log
    at    INTEGER NOT NULL, -- UTC seconds
    kind  TEXT NOT NULL,    -- published, updated, removed; many: more than are told one by one
    post  INTEGER NOT NULL DEFAULT 0,
    path  TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX event_at ON event (at);
