-- Staging and the final transaction.

-- name: body_add
INSERT INTO body (title, tags, text, html, outline, markdown) VALUES (?1, ?2, ?3, ?4, ?5, ?6);
-- name: body_drop
DELETE FROM body WHERE id = ?1;
-- name: search_add
INSERT INTO search (rowid, title, tags, text) VALUES (?1, ?2, ?3, ?4);
-- name: search_drop
INSERT INTO search (search, rowid, title, tags, text) SELECT 'delete', id, title, tags, text FROM body WHERE id = ?1;

-- name: post_stage
INSERT INTO post (staged, kind, hidden, live_from, live_until, source, oid, stamp, permalink, slug,
                  section, title, summary, truncated, description, published, has_date,
                  published_offset, updated, updated_offset, weight, words, minutes, layout, toc,
                  cover, terms, params, rank, age, tie, body_id)
VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
        ?20, ?21, ?22, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32);
-- name: alias_add
INSERT OR IGNORE INTO alias (post_id, path) VALUES (?1, ?2);
-- name: alias_of
SELECT path FROM alias WHERE post_id = ?1 ORDER BY path;
-- name: alias_drop
DELETE FROM alias WHERE post_id = ?1;
-- name: alias_move
UPDATE alias SET post_id = ?2 WHERE post_id = ?1;
-- name: membership_move
UPDATE membership SET post_id = ?2 WHERE post_id = ?1;

-- A staged post of a file that has a post already is its new version.
-- name: staged_match
UPDATE post SET replaces = (SELECT o.id FROM post o WHERE o.source = post.source AND o.staged = 0)
WHERE staged = 1;
-- name: staged_any
SELECT EXISTS (SELECT 1 FROM post WHERE staged = 1) OR EXISTS (SELECT 1 FROM media WHERE staged = 1)
    OR EXISTS (SELECT 1 FROM blob WHERE done = 0);
-- name: staged_next
SELECT s.id, s.body_id, s.kind, s.hidden, s.live_from, s.live_until, s.source, s.oid, s.stamp,
       s.permalink, coalesce(o.id, 0), coalesce(o.body_id, 0), coalesce(o.live, 0), o.permalink,
       o.source IS NOT NULL AND o.source <> s.source
FROM post s LEFT JOIN post o ON o.id = s.replaces
WHERE s.staged = 1 AND s.source > ?1 ORDER BY s.source LIMIT 1;
-- The new file that a removed one has become: the same bytes, or the same permalink.
-- name: staged_heir
SELECT id FROM post WHERE staged = 1 AND replaces IS NULL AND (oid = ?1 OR permalink = ?2)
ORDER BY oid = ?1 DESC, source LIMIT 1;
-- name: staged_replace
UPDATE post SET replaces = ?2 WHERE id = ?1;
-- name: post_unstage
UPDATE post SET staged = 0 WHERE id = ?1;
-- name: post_replace
UPDATE post SET (kind, hidden, live_from, live_until, source, oid, stamp, permalink, slug, section,
                 title, summary, truncated, description, published, has_date, published_offset,
                 updated, updated_offset, weight, words, minutes, layout, toc, cover, terms, params,
                 rank, age, tie, body_id) =
    (SELECT kind, hidden, live_from, live_until, source, oid, stamp, permalink, slug, section,
            title, summary, truncated, description, published, has_date, published_offset,
            updated, updated_offset, weight, words, minutes, layout, toc, cover, terms, params,
            rank, age, tie, body_id
     FROM post s WHERE s.id = ?1)
WHERE id = ?2;
-- name: post_drop
DELETE FROM post WHERE id = ?1;
-- name: post_of_source
SELECT id, body_id, live, oid, permalink FROM post WHERE source = ?1 AND staged = 0;
-- name: post_source
SELECT source FROM post WHERE id = ?1;
-- name: post_standing_key
SELECT kind, section, rank, age, tie, updated FROM post WHERE id = ?1;
-- name: post_set_live
UPDATE post SET live = ?2, ever_live = max(ever_live, ?2) WHERE id = ?1;
-- name: index_on
UPDATE list SET index_post = ?1, name = (SELECT title FROM post WHERE id = ?1)
WHERE id IN (SELECT list_id FROM membership WHERE post_id = ?1)
   OR (id = 1 AND (SELECT permalink FROM post WHERE id = ?1) = '/');
-- name: index_off
UPDATE list SET index_post = 0 WHERE index_post = ?1;

-- name: address_put
INSERT INTO address (path, kind, ref, target) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (path) DO UPDATE SET kind = excluded.kind, ref = excluded.ref, target = excluded.target;
-- name: address_redirect_own
UPDATE address SET kind = 4 WHERE ref = ?1 AND kind = ?2;
-- name: address_gone
UPDATE address SET kind = 5, ref = 0 WHERE ref = ?1 AND kind IN (0, 4);
-- name: media_address_gone
UPDATE address SET kind = 5, ref = 0 WHERE ref = ?1 AND kind = 3;
-- name: list_addresses_claim
INSERT INTO address (path, kind, ref)
SELECT l.path, 1, l.id FROM membership m JOIN list l ON l.id = m.list_id WHERE m.post_id = ?1
ON CONFLICT (path) DO UPDATE SET kind = 1, ref = excluded.ref WHERE kind IN (4, 5);
-- name: taxonomy_all
SELECT path, target FROM address WHERE kind = 2;
-- name: taxonomy_clear
DELETE FROM address WHERE kind = 2;

-- name: source_put
INSERT INTO source (path, oid, stamp, role, error, ref) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (path) DO UPDATE SET oid = excluded.oid, stamp = excluded.stamp, role = excluded.role,
                                 error = excluded.error, ref = excluded.ref;
-- As source_put, but the post that the last good version made stays known.
-- name: source_say
INSERT INTO source (path, oid, stamp, role, error) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (path) DO UPDATE SET oid = excluded.oid, stamp = excluded.stamp, role = excluded.role,
                                 error = excluded.error;
-- name: source_stamp
UPDATE source SET oid = ?2, stamp = ?3 WHERE path = ?1;
-- name: source_drop
DELETE FROM source WHERE path = ?1;

-- name: blob_find
SELECT id FROM blob WHERE oid = ?1 AND done = 1;
-- name: blob_add
INSERT INTO blob (oid, size) VALUES (?1, ?2);
-- name: blob_block_add
INSERT INTO blob_block (id, data) VALUES (?1, ?2);
-- name: blob_done
UPDATE blob SET done = 1 WHERE id = ?1 AND done = 0;
-- name: blob_unused
SELECT id FROM blob WHERE id NOT IN (SELECT blob FROM media) LIMIT 1;
-- name: blob_blocks_drop
DELETE FROM blob_block WHERE id BETWEEN ?1 << 20 AND (?1 << 20) + 1048575;
-- name: blob_drop
DELETE FROM blob WHERE id = ?1;
-- name: media_stage
INSERT INTO media (source, staged, path, type, stamp, blob, updated) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6);
-- name: media_staged_next
SELECT m.id, m.source, m.path, m.stamp, b.oid FROM media m JOIN blob b ON b.id = m.blob
WHERE m.staged = 1 ORDER BY m.source LIMIT 1;
-- name: media_of_source
SELECT id, path FROM media WHERE source = ?1 AND staged = 0;
-- name: media_unstage
UPDATE media SET staged = 0 WHERE id = ?1;
-- name: media_replace
UPDATE media SET (path, type, stamp, blob, updated) =
    (SELECT path, type, stamp, blob, updated FROM media s WHERE s.id = ?1)
WHERE id = ?2;
-- name: media_drop
DELETE FROM media WHERE id = ?1;

-- What a publication that never ended has left.
-- name: staged_search_drop
INSERT INTO search (search, rowid, title, tags, text)
SELECT 'delete', id, title, tags, text FROM body WHERE id IN (SELECT body_id FROM post WHERE staged = 1);
-- name: staged_posts_drop
DELETE FROM post WHERE staged = 1;
-- name: staged_bodies_drop
DELETE FROM body WHERE id NOT IN (SELECT body_id FROM post);
-- name: staged_media_drop
DELETE FROM media WHERE staged = 1;

-- name: schedule_next
SELECT min(t) FROM (
    SELECT min(CASE WHEN live_until > ?1 THEN live_from END) AS t FROM post
    WHERE live = 0 AND hidden = 0 AND staged = 0 AND live_until > ?1
    UNION ALL
    SELECT min(live_until) FROM post WHERE live = 1 AND live_until < 9223372036854775807
);
-- name: schedule_due
SELECT id, 1 FROM post WHERE live = 0 AND hidden = 0 AND staged = 0 AND live_from <= ?1 AND live_until > ?1
UNION ALL
SELECT id, 0 FROM post WHERE live = 1 AND live_until <= ?1 AND live_until < 9223372036854775807
LIMIT ?2;

-- name: lease_get
SELECT pid, until, host FROM lease WHERE id = 1;
-- name: lease_put
INSERT INTO lease (id, pid, until, host) VALUES (1, ?1, ?2, ?3)
ON CONFLICT (id) DO UPDATE SET pid = excluded.pid, until = excluded.until, host = excluded.host;
-- name: lease_drop
DELETE FROM lease WHERE id = 1;
