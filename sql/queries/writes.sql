-- Posts of the API, and what was answered to their writers.

-- name: idempotency_find
SELECT digest, status, post FROM idempotency WHERE token = ?1 AND key = ?2 AND created > ?3;
-- name: idempotency_put
INSERT OR REPLACE INTO idempotency (token, key, digest, status, post, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6);
-- name: idempotency_prune
DELETE FROM idempotency WHERE created <= ?1;

-- The newest version of a post, whether readers see it or not.
-- name: post_any
SELECT c.*, b.html, b.outline, b.markdown, b.marks FROM post p CROSS JOIN card c ON c.id = p.id
CROSS JOIN body b ON b.id = c.body_id WHERE p.id = ?1 AND p.staged = 0;
-- name: post_id_of
SELECT id FROM post WHERE source = ?1 AND staged = 0;

-- name: media_path_of
SELECT path FROM media WHERE id = ?1 AND staged = 0;
-- name: media_source_of
SELECT source FROM media WHERE id = ?1 AND staged = 0;
