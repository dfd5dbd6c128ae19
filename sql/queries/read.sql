-- What readers' pages ask.

-- name: post_card
SELECT * FROM card WHERE id = ?1 AND live = 1;
-- name: post_whole
SELECT c.*, b.html, b.outline, b.markdown FROM card c JOIN body b ON b.id = c.body_id WHERE c.id = ?1 AND c.live = 1;
-- name: post_pages
SELECT * FROM card WHERE kind = 1 AND live = 1 ORDER BY permalink LIMIT ?1;
-- name: post_permalink_of
SELECT permalink FROM post WHERE source = ?1 AND staged = 0;
-- name: post_key
SELECT rank, age, tie FROM post WHERE id = ?1;

-- name: list_find
SELECT id, kind, taxonomy, slug, name, path, count, updated, index_post FROM list WHERE kind = ?1 AND taxonomy = ?2 AND slug = ?3;
-- name: list_by_id
SELECT id, kind, taxonomy, slug, name, path, count, updated, index_post FROM list WHERE id = ?1;
-- name: list_all_by_name
SELECT id, kind, taxonomy, slug, name, path, count, updated, index_post FROM list
WHERE kind = ?1 AND taxonomy = ?2 AND count > 0 ORDER BY slug LIMIT ?3;
-- name: list_all_by_count
SELECT id, kind, taxonomy, slug, name, path, count, updated, index_post FROM list
WHERE kind = ?1 AND taxonomy = ?2 AND count > 0 ORDER BY count DESC, slug LIMIT ?3;

-- A run of a list from a key on; the entries passed over are index entries, not posts.
-- name: list_run
SELECT c.* FROM (
    SELECT post_id FROM list_entry
    WHERE list_id = ?1 AND (rank, age, tie, post_id) >= (?2, ?3, ?4, ?5)
    ORDER BY rank, age, tie, post_id LIMIT ?6 OFFSET ?7
) e CROSS JOIN card c ON c.id = e.post_id ORDER BY c.rank, c.age, c.tie, c.id;
-- name: list_run_whole
SELECT c.*, b.html, b.outline, b.markdown FROM (
    SELECT post_id FROM list_entry
    WHERE list_id = ?1 AND (rank, age, tie, post_id) >= (?2, ?3, ?4, ?5)
    ORDER BY rank, age, tie, post_id LIMIT ?6 OFFSET ?7
) e CROSS JOIN card c ON c.id = e.post_id CROSS JOIN body b ON b.id = c.body_id ORDER BY c.rank, c.age, c.tie, c.id;
-- name: list_boundary_at
SELECT nth, rank, age, tie, post_id FROM list_boundary WHERE list_id = ?1 AND nth = ?2;
-- name: list_newer
SELECT c.* FROM (
    SELECT post_id FROM list_entry
    WHERE list_id = ?1 AND (rank, age, tie, post_id) < (?2, ?3, ?4, ?5)
    ORDER BY rank DESC, age DESC, tie DESC, post_id DESC LIMIT 1
) e CROSS JOIN card c ON c.id = e.post_id;
-- name: list_older
SELECT c.* FROM (
    SELECT post_id FROM list_entry
    WHERE list_id = ?1 AND (rank, age, tie, post_id) > (?2, ?3, ?4, ?5)
    ORDER BY rank, age, tie, post_id LIMIT 1
) e CROSS JOIN card c ON c.id = e.post_id;

-- name: address_get
SELECT kind, ref, target FROM address WHERE path = ?1;
-- name: post_standing
SELECT permalink, live, ever_live FROM post WHERE id = ?1 AND staged = 0;

-- name: media_get
SELECT m.id, m.blob, m.type, b.oid, b.size, m.updated FROM media m JOIN blob b ON b.id = m.blob WHERE m.id = ?1 AND m.staged = 0;
-- name: media_block
SELECT data FROM blob_block WHERE id = ?1;

-- Matches in title or tags (?1) first, then those anywhere (?2), each newest first. Only the newest
-- 1,000 matches of each are looked at, so a common word costs what a rare one does.
-- name: search_run
SELECT c.* FROM (
    SELECT body, min(tier) AS tier FROM (
        SELECT rowid AS body, 0 AS tier FROM
            (SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT 1000)
        UNION ALL
        SELECT rowid AS body, 1 AS tier FROM
            (SELECT rowid FROM search WHERE search MATCH ?2 ORDER BY rowid DESC LIMIT 1000)
    ) GROUP BY body
) m CROSS JOIN card c ON c.body_id = m.body WHERE c.live = 1
ORDER BY m.tier, c.age, c.id DESC LIMIT ?3 OFFSET ?4;
-- name: search_count
SELECT count(*) FROM (SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT 1000) m
CROSS JOIN post p ON p.body_id = m.rowid WHERE p.live = 1;

-- name: source_all
SELECT path, oid, stamp, role, error, ref FROM source ORDER BY path;
