-- The event log.

-- name: event_add
INSERT INTO event (rev, at, kind, post, path, title)
SELECT ?1, ?2, ?3, id, permalink, title FROM post WHERE id = ?4;
-- name: event_many
INSERT INTO event (rev, at, kind) VALUES (?1, ?2, 'many');
-- name: event_drop_rev
DELETE FROM event WHERE rev = ?1;
-- name: event_of_rev
SELECT DISTINCT path FROM event WHERE rev = ?1 AND path <> '' AND kind <> 'removed' ORDER BY path LIMIT ?2;
-- name: event_since
SELECT id, at, kind, post, path, title FROM event WHERE id > ?1 ORDER BY id LIMIT ?2;
-- name: event_bounds
SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM event;
-- The newest event before a moment.
-- name: event_before
SELECT id FROM event WHERE at < ?1 ORDER BY at DESC, id DESC LIMIT 1;
-- name: event_prune
DELETE FROM event WHERE id <= (SELECT coalesce(max(id), 0) FROM event) - ?1
    OR id IN (SELECT id FROM event WHERE at < ?2 ORDER BY id LIMIT 10000);
-- name: event_newest
SELECT coalesce(max(id), 0) FROM event;
