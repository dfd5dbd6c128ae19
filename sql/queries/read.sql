-- What readers' pages ask.

-- name: begin_read
BEGIN;
-- name: end_read
ROLLBACK;

-- name: post_card
SELECT * FROM card WHERE id = ?1 AND live = 1;
-- name: post_whole
SELECT c.*, b.html, b.outline, b.markdown, b.marks FROM card c JOIN body b ON b.id = c.body_id WHERE c.id = ?1 AND c.live = 1;
-- ?2: a post has its contents shown that does not say whether.
-- name: post_shown
SELECT p.id, p.kind, p.permalink, p.slug, p.section, p.title, p.summary, p.truncated, p.description, p.published, p.has_date,
       p.published_offset, p.updated, p.updated_offset, p.words, p.minutes, p.terms,
       p.source, p.layout, p.cover, p.params, p.toc, p.around, p.versions, b.html, b.marks,
       CASE WHEN coalesce(p.toc, ?2) THEN b.outline END
FROM post p JOIN body b ON b.id = p.body_id WHERE p.id = ?1 AND p.live = 1;
-- The same of what stands at a path. A row without a post: the table of addresses says something else of the path.
-- name: post_shown_at
SELECT p.id, p.kind, p.permalink, p.slug, p.section, p.title, p.summary, p.truncated, p.description, p.published, p.has_date,
       p.published_offset, p.updated, p.updated_offset, p.words, p.minutes, p.terms,
       p.source, p.layout, p.cover, p.params, p.toc, p.around, p.versions, b.html, b.marks,
       CASE WHEN coalesce(p.toc, ?2) THEN b.outline END
FROM address a LEFT JOIN post p ON p.id = a.ref AND a.kind = 0 AND p.live = 1 AND p.staged = 0 AND p.kind <> 2
LEFT JOIN body b ON b.id = p.body_id WHERE a.path = ?1;
-- name: post_pages
SELECT * FROM card WHERE kind = 1 AND live = 1 ORDER BY permalink LIMIT ?1;
-- name: post_permalink_of
SELECT permalink FROM post WHERE source = ?1 AND staged = 0;
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

-- The key that is ?6 entries after another: index entries are passed over, not posts.
-- name: list_key_at
SELECT rank, age, tie, post_id FROM list_entry
WHERE list_id = ?1 AND (rank, age, tie, post_id) >= (?2, ?3, ?4, ?5)
ORDER BY rank, age, tie, post_id LIMIT 1 OFFSET ?6;
-- name: list_run
SELECT c.* FROM list_entry e CROSS JOIN card c ON c.id = e.post_id
WHERE e.list_id = ?1 AND (e.rank, e.age, e.tie, e.post_id) >= (?2, ?3, ?4, ?5)
ORDER BY e.rank, e.age, e.tie, e.post_id LIMIT ?6;
-- name: list_run_lines
SELECT p.id, p.kind, p.permalink, p.slug, p.section, p.title, p.summary, p.truncated, p.description, p.published, p.has_date,
       p.published_offset, p.updated, p.updated_offset, p.words, p.minutes, p.terms
FROM list_entry e CROSS JOIN post p ON p.id = e.post_id
WHERE e.list_id = ?1 AND (e.rank, e.age, e.tie, e.post_id) >= (?2, ?3, ?4, ?5)
ORDER BY e.rank, e.age, e.tie, e.post_id LIMIT ?6;
-- name: list_run_short
SELECT p.permalink, p.title, p.summary, p.truncated, p.published, p.has_date, p.published_offset, p.minutes, p.terms
FROM list_entry e CROSS JOIN post p ON p.id = e.post_id
WHERE e.list_id = ?1 AND (e.rank, e.age, e.tie, e.post_id) >= (?2, ?3, ?4, ?5)
ORDER BY e.rank, e.age, e.tie, e.post_id LIMIT ?6;
-- The same from the beginning, which is asked for most and compares no keys.
-- name: list_top_lines
SELECT p.id, p.kind, p.permalink, p.slug, p.section, p.title, p.summary, p.truncated, p.description, p.published, p.has_date,
       p.published_offset, p.updated, p.updated_offset, p.words, p.minutes, p.terms
FROM list_entry e CROSS JOIN post p ON p.id = e.post_id
WHERE e.list_id = ?1 ORDER BY e.rank, e.age, e.tie, e.post_id LIMIT ?6;
-- name: list_top_short
SELECT p.permalink, p.title, p.summary, p.truncated, p.published, p.has_date, p.published_offset, p.minutes, p.terms
FROM list_entry e CROSS JOIN post p ON p.id = e.post_id
WHERE e.list_id = ?1 ORDER BY e.rank, e.age, e.tie, e.post_id LIMIT ?6;
-- name: list_run_whole
SELECT c.*, b.html, b.outline, b.markdown, b.marks
FROM list_entry e CROSS JOIN card c ON c.id = e.post_id CROSS JOIN body b ON b.id = c.body_id
WHERE e.list_id = ?1 AND (e.rank, e.age, e.tie, e.post_id) >= (?2, ?3, ?4, ?5)
ORDER BY e.rank, e.age, e.tie, e.post_id LIMIT ?6;
-- name: list_boundary_at
SELECT nth, rank, age, tie, post_id FROM list_boundary WHERE list_id = ?1 AND nth = ?2;
-- The posts before (0) and after (1) an entry.
-- name: list_beside
SELECT 0, p.id, p.permalink, p.title FROM (
    SELECT post_id FROM list_entry
    WHERE list_id = ?1 AND (rank, age, tie, post_id) < (?2, ?3, ?4, ?5)
    ORDER BY rank DESC, age DESC, tie DESC, post_id DESC LIMIT 1
) e CROSS JOIN post p ON p.id = e.post_id
UNION ALL
SELECT 1, p.id, p.permalink, p.title FROM (
    SELECT post_id FROM list_entry
    WHERE list_id = ?1 AND (rank, age, tie, post_id) > (?2, ?3, ?4, ?5)
    ORDER BY rank, age, tie, post_id LIMIT 1
) e CROSS JOIN post p ON p.id = e.post_id;

-- name: address_get
SELECT a.kind, a.ref, coalesce(p.permalink, l.path), coalesce(p.live, l.count > 0 OR l.index_post <> 0), p.ever_live, p.kind FROM address a
LEFT JOIN post p ON p.id = a.ref AND a.kind IN (0, 4) AND p.staged = 0
LEFT JOIN list l ON l.id = a.ref AND a.kind = 1 WHERE a.path = ?1;
-- The page of a taxonomy, or those of lists.
-- name: address_place
SELECT 0 AS id, plural, 1 AS there, 9 AS kind FROM taxonomy WHERE path = ?1
UNION ALL
SELECT id, '', count > 0 OR index_post <> 0, kind FROM list WHERE path = ?1 AND kind IN (2, 3) AND ever = 1;

-- name: media_get
SELECT m.id, m.blob, m.type, b.oid, b.size, m.updated, m.width, m.height FROM media m JOIN blob b ON b.id = m.blob WHERE m.id = ?1 AND m.staged = 0;
-- name: media_size
SELECT m.width, m.height FROM address a JOIN media m ON m.id = a.ref
WHERE a.path = ?1 AND a.kind = 3 AND m.width > 0 AND m.staged = 0;
-- name: media_block
SELECT data FROM blob_block WHERE id = ?1;

-- The newest ?3 matches and how well they fit, so a common word costs what a rare one does. ?2: see
-- platen_score in store/tokenizer.h.
-- name: search_find
SELECT p.id, m.score, p.age, p.tie FROM (
    SELECT rowid AS body, platen_score(search, ?2) AS score FROM search WHERE search MATCH ?1
    ORDER BY rowid DESC LIMIT ?3
) m CROSS JOIN post p ON p.body_id = m.body WHERE p.live = 1;
-- The same in titles and tags alone.
-- name: search_find_head
SELECT p.id, m.score, p.age, p.tie FROM (
    SELECT rowid AS body, platen_score(search_head, ?2) AS score FROM search_head WHERE search_head MATCH ?1
    ORDER BY rowid DESC LIMIT ?3
) m CROSS JOIN post p ON p.body_id = m.body WHERE p.live = 1;
-- name: search_shown
SELECT c.*, b.text FROM card c JOIN body b ON b.id = c.body_id WHERE c.id = ?1 AND c.live = 1;

-- name: source_all
SELECT path, oid, stamp, role, error, ref FROM source ORDER BY path;
-- name: address_of_file
SELECT permalink FROM post WHERE source = ?1 AND staged = 0 AND live = 1
UNION ALL SELECT path FROM media WHERE source = ?1 AND staged = 0
UNION ALL SELECT permalink FROM post WHERE source = ?1 || '/index.md' AND staged = 0 AND live = 1
UNION ALL SELECT permalink FROM post WHERE source = ?1 || '/_index.md' AND staged = 0 AND live = 1
LIMIT 1;
