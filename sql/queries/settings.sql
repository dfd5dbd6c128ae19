-- Values by name, and the change log.

-- name: setting_get
SELECT value FROM setting WHERE key = ?1;
-- name: setting_put
INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value;
-- name: change_newest
SELECT coalesce(max(rev), 0) FROM change;
-- name: change_oldest
SELECT coalesce(min(rev), 0) FROM change;
-- name: change_since
SELECT DISTINCT name FROM change WHERE rev > ?1;
-- name: change_add
INSERT INTO change (rev, name) VALUES (?1, ?2);
-- name: change_prune
DELETE FROM change WHERE id <= (SELECT max(id) FROM change) - ?1;
-- name: change_drop_rev
DELETE FROM change WHERE rev = ?1;
-- name: setting_drop
DELETE FROM setting WHERE key = ?1;
