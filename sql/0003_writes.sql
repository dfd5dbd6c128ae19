-- Writes of the API.

-- Answers to requests with an Idempotency-Key, kept for a day: the same request again is not done again.
CREATE TABLE idempotency (
    token   INTEGER NOT NULL,
    key     TEXT NOT NULL,
    digest  TEXT NOT NULL,    -- of method, path and body
    status  INTEGER NOT NULL, -- that was answered
    post    INTEGER NOT NULL,
    created INTEGER NOT NULL, -- UTC seconds
    PRIMARY KEY (token, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created);
