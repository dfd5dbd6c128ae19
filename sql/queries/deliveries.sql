-- Deliveries: struct delivery reads these columns in this order.

-- name: delivery_add
INSERT INTO delivery (host, guid, event, ref, commit_id, repository, sender, title, client, received, state, error, finished)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, CASE WHEN ?11 = 0 THEN 0 ELSE ?10 END) ON CONFLICT (host, guid) DO NOTHING;
-- name: delivery_by_guid
SELECT id, state FROM delivery WHERE host = ?1 AND guid = ?2;
-- name: delivery_again
UPDATE delivery SET state = 0, attempts = 0, next_try = 0, finished = 0, received = ?2, error = '' WHERE id = ?1;
-- name: delivery_by_id
SELECT id, host, guid, event, ref, commit_id, repository, sender, title, client, received, state, attempts,
       next_try, finished, applied, merged_into, error, result
FROM delivery WHERE id = ?1;
-- name: delivery_page
SELECT id, host, guid, event, ref, commit_id, repository, sender, title, client, received, state, attempts,
       next_try, finished, applied, merged_into, error, result
FROM delivery WHERE id < ?1 ORDER BY id DESC LIMIT ?2;
-- name: delivery_page_state
SELECT id, host, guid, event, ref, commit_id, repository, sender, title, client, received, state, attempts,
       next_try, finished, applied, merged_into, error, result
FROM delivery WHERE state = ?3 AND id < ?1 ORDER BY id DESC LIMIT ?2;
-- name: delivery_page_up
SELECT id FROM delivery WHERE id > ?1 ORDER BY id LIMIT ?2;
-- name: delivery_page_up_state
SELECT id FROM delivery WHERE state = ?3 AND id > ?1 ORDER BY id LIMIT ?2;
-- name: delivery_waiting
SELECT coalesce(max(id), 0), coalesce(min(next_try), 0), count(*) FROM delivery WHERE state = 0;
-- name: delivery_received
SELECT received FROM delivery WHERE id = ?1;
-- name: delivery_finish
UPDATE delivery SET state = ?2, finished = ?3, attempts = attempts + 1, next_try = 0, applied = ?4, error = ?5,
       result = ?6 WHERE id = ?1;
-- name: delivery_merge
UPDATE delivery SET state = ?2, finished = ?3, attempts = attempts + 1, next_try = 0, applied = ?4, error = ?5,
       merged_into = ?1 WHERE state = 0 AND id < ?1;
-- name: delivery_retry
UPDATE delivery SET attempts = attempts + 1, next_try = ?2, error = ?3 WHERE state = 0 AND id <= ?1;
-- name: delivery_give_up
UPDATE delivery SET state = 2, finished = ?2, next_try = 0 WHERE state = 0 AND received < ?1 AND attempts > 0;
-- name: delivery_counts
SELECT state, count(*) FROM delivery GROUP BY state;
-- name: delivery_prune_age
DELETE FROM delivery WHERE id IN (
    SELECT id FROM delivery WHERE state <> 0 AND finished < ?1
    AND id <> (SELECT coalesce(max(id), 0) FROM delivery WHERE state = 1) ORDER BY id LIMIT ?2);
-- name: delivery_prune_count
DELETE FROM delivery WHERE id IN (
    SELECT id FROM delivery WHERE state <> 0
    AND id <> (SELECT coalesce(max(id), 0) FROM delivery WHERE state = 1)
    AND id <= (SELECT id FROM delivery ORDER BY id DESC LIMIT 1 OFFSET ?1) ORDER BY id LIMIT ?2);

-- What happens under a group commit.
-- name: savepoint
SAVEPOINT one;
-- name: savepoint_release
RELEASE one;
-- name: savepoint_back
ROLLBACK TO one;
