-- Staging and the final transaction.

-- name: body_add
INSERT INTO body (title, tags, text, html, outline, markdown, marks) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
-- name: body_drop
DELETE FROM body WHERE id = ?1;
-- name: search_add
INSERT INTO search (rowid, title, tags, text) VALUES (?1, ?2, ?3, ?4);
-- name: search_head_add
INSERT INTO search_head (rowid, title, tags) VALUES (?1, ?2, ?3);
-- name: search_head_drop
INSERT INTO search_head (search_head, rowid, title, tags) SELECT 'delete', id, title, tags FROM body WHERE id = ?1;
-- name: search_drop
INSERT INTO search (search, rowid, title, tags, text) SELECT 'delete', id, title, tags, text FROM body WHERE id = ?1;

-- A staged post of a file that has a post already is its new version.
-- name: post_stage
INSERT INTO post (staged, replaces, kind, hidden, live_from, live_until, source, oid, stamp, etag,
                  permalink, slug, section, title, summary, truncated, description, published,
                  has_date, published_offset, updated, updated_offset, weight, words, minutes,
                  layout, toc, cover, terms, params, rank, age, tie, body_id)
VALUES (1, (SELECT id FROM post WHERE source = ?5 AND staged = 0), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?23,
        ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?24, ?25, ?26, ?27,
        ?28, ?29, ?30, ?31, ?32);
-- name: alias_add
INSERT OR IGNORE INTO alias (post_id, path) VALUES (?1, ?2);
-- name: alias_next
SELECT path FROM alias WHERE post_id = ?1 AND path > ?2 ORDER BY path LIMIT 1;
-- name: alias_drop
DELETE FROM alias WHERE post_id = ?1;
-- name: alias_move
UPDATE alias SET post_id = ?2 WHERE post_id = ?1;
-- name: membership_move
UPDATE membership SET post_id = ?2 WHERE post_id = ?1;

-- name: staged_any
SELECT EXISTS (SELECT 1 FROM post WHERE staged = 1) OR EXISTS (SELECT 1 FROM media INDEXED BY media_staged WHERE staged = 1)
    OR EXISTS (SELECT 1 FROM blob WHERE done = 0) OR EXISTS (SELECT 1 FROM leftover);

-- Removed files: their posts are marked, then a new file of the same bytes, else of the same
-- permalink, takes the post over; the rest go.
-- name: leaving_mark
UPDATE post SET leaving = 1 WHERE source = ?1 AND staged = 0;
-- name: leaving_clear
UPDATE post SET leaving = 0 WHERE id = ?1;
-- name: leaving_next
SELECT id, body_id, live FROM post WHERE leaving = 1 LIMIT 1;
-- name: heir_by_oid
SELECT s.id, s.source,
       (SELECT o.id FROM post o WHERE o.leaving = 1 AND o.oid = s.oid ORDER BY o.source LIMIT 1) AS old
FROM post s WHERE s.staged = 1 AND s.replaces IS NULL AND s.source > ?1 AND old IS NOT NULL
ORDER BY s.source LIMIT 1;
-- name: heir_by_permalink
SELECT s.id, s.source,
       (SELECT o.id FROM post o INDEXED BY post_permalink
        WHERE o.permalink = s.permalink AND o.leaving = 1 AND (o.kind = 2) = (s.kind = 2)
        ORDER BY o.source LIMIT 1) AS old
FROM post s WHERE s.staged = 1 AND s.replaces IS NULL AND s.source > ?1 AND old IS NOT NULL
ORDER BY s.source LIMIT 1;
-- A file that was renamed and edited at once: its title and its date say who it was.
-- name: heir_by_title
SELECT s.id, s.source,
       (SELECT o.id FROM post o INDEXED BY post_leaving
        WHERE o.leaving = 1 AND o.kind = s.kind AND o.title = s.title AND o.has_date = 1 AND o.published = s.published
        ORDER BY o.source LIMIT 1) AS old
FROM post s WHERE s.staged = 1 AND s.replaces IS NULL AND s.source > ?1 AND s.title <> '' AND old IS NOT NULL
ORDER BY s.source LIMIT 1;
-- name: heir_take
UPDATE post SET replaces = ?2 WHERE id = ?1;

-- Who claims a permalink: what is no draft and not over; pages above a list only among themselves.
-- name: claim_next
SELECT s.id, s.source, s.permalink, coalesce(s.replaces, 0) FROM post s
WHERE s.staged = 1 AND s.hidden = 0 AND s.live_until > ?1 AND s.refused = 0 AND s.source > ?2
  AND EXISTS (SELECT 1 FROM post o WHERE o.permalink = s.permalink AND o.id <> s.id
              AND o.id IS NOT s.replaces AND o.hidden = 0 AND o.live_until > ?1 AND o.refused = 0
              AND (o.kind = 2) = (s.kind = 2))
ORDER BY s.source LIMIT 1;
-- One that stands and stays has it; else one whose post had it already; else the first by path.
-- name: claim_winner
SELECT o.id, o.source FROM post o JOIN post s ON s.id = ?2
WHERE o.permalink = s.permalink AND o.hidden = 0 AND o.live_until > ?1 AND o.refused = 0
  AND (o.kind = 2) = (s.kind = 2)
  AND NOT (o.staged = 0 AND EXISTS (SELECT 1 FROM post r WHERE r.replaces = o.id AND r.refused = 0))
ORDER BY o.staged,
         o.permalink IS NOT (SELECT w.permalink FROM post w
                             WHERE w.id = o.replaces AND w.hidden = 0 AND w.live_until > ?1),
         o.source
LIMIT 1;
-- name: claim_refuse
UPDATE post SET refused = 1 WHERE id = ?1;
-- A refused one's post stays where it is: the staged post that was given its place.
-- name: claim_displaced
SELECT t.id, t.source, t.permalink, coalesce(t.replaces, 0) FROM post o JOIN post t
    ON t.permalink = o.permalink AND (t.kind = 2) = (o.kind = 2)
WHERE o.id = ?2 AND o.hidden = 0 AND o.live_until > ?1 AND t.staged = 1 AND t.refused = 0
  AND t.hidden = 0 AND t.live_until > ?1
ORDER BY t.source LIMIT 1;
-- name: post_adopted
SELECT body_id, live FROM post WHERE id = ?1 AND source <> ?2;
-- name: refused_next
SELECT id, body_id FROM post WHERE refused = 1 LIMIT 1;

-- name: staged_next
SELECT s.id, s.body_id, s.kind, s.hidden = 0 AND s.live_from <= ?2 AND s.live_until > ?2, s.source,
       s.oid, s.stamp, s.permalink, coalesce(o.id, 0), coalesce(o.body_id, 0), coalesce(o.live, 0),
       o.permalink, EXISTS (SELECT 1 FROM alias WHERE post_id = s.id), coalesce(o.oid, '')
FROM post s LEFT JOIN post o ON o.id = s.replaces
WHERE s.staged = 1 AND s.source > ?1 ORDER BY s.source LIMIT 1;
-- name: post_unstage
UPDATE post SET staged = 0, live = ?2, ever_live = ?2 WHERE id = ?1;
-- name: post_replace
UPDATE post SET (kind, hidden, live_from, live_until, source, oid, stamp, etag, permalink, slug,
                 section, title, summary, truncated, description, published, has_date,
                 published_offset, updated, updated_offset, weight, words, minutes, layout, toc,
                 cover, terms, params, rank, age, tie, body_id) =
    (SELECT kind, hidden, live_from, live_until, source, oid, stamp, etag, permalink, slug,
            section, title, summary, truncated, description, published, has_date,
            published_offset, updated, updated_offset, weight, words, minutes, layout, toc,
            cover, terms, params, rank, age, tie, body_id
     FROM post s WHERE s.id = ?1),
    live = ?3, ever_live = max(ever_live, ?3)
WHERE id = ?2;
-- name: post_drop
DELETE FROM post WHERE id = ?1;
-- name: post_of_source
SELECT id, body_id, live FROM post WHERE source = ?1 AND staged = 0;
-- name: post_source
SELECT source FROM post WHERE id = ?1;
-- name: post_permalink
SELECT permalink FROM post WHERE id = ?1;
-- name: post_place
SELECT kind, section, rank, age, tie, id, updated FROM post WHERE id = ?1;
-- name: post_set_live
UPDATE post SET live = ?2, ever_live = max(ever_live, ?2) WHERE id = ?1;
-- name: index_on
UPDATE list SET index_post = ?1, ever = 1, name = (SELECT title FROM post WHERE id = ?1)
WHERE id IN (SELECT list_id FROM membership WHERE post_id = ?1)
   OR (id = 1 AND (SELECT permalink FROM post WHERE id = ?1) = '/');
-- name: index_off
UPDATE list SET index_post = 0, name = given WHERE index_post = ?1 AND index_post <> 0;
-- name: index_lists
SELECT id FROM list WHERE id IN (SELECT list_id FROM membership WHERE post_id = ?1)
                       OR (id = 1 AND (SELECT permalink FROM post WHERE id = ?1) = '/');

-- name: address_add
INSERT INTO address (path, kind, ref) VALUES (?1, ?2, ?3) ON CONFLICT (path) DO NOTHING;
-- name: address_set
UPDATE address SET kind = ?2, ref = ?3, target = '' WHERE path = ?1 AND (kind, ref) <> (?2, ?3);
-- name: address_owner
SELECT CASE WHEN a.kind IN (0, 4) THEN a.ref ELSE 0 END, coalesce(p.source, m.source)
FROM address a LEFT JOIN post p ON p.id = a.ref AND a.kind IN (0, 4)
               LEFT JOIN media m ON m.id = a.ref AND a.kind = 3 WHERE a.path = ?1;
-- Paths that lead to a post or file, for when it goes.
-- name: address_of
SELECT path FROM address WHERE ref = ?1 AND (kind = 3) = ?2;
-- What may stand at a path: a live post, a file, an alias of a live post (the first by path); and
-- what the table says now, and whether the post it names is still there.
-- name: address_choice
SELECT (SELECT id FROM post WHERE permalink = ?1 AND live = 1 AND kind <> 2),
       (SELECT id FROM media WHERE path = ?1 AND staged = 0 ORDER BY source LIMIT 1),
       (SELECT p.id FROM alias a CROSS JOIN post p ON p.id = a.post_id
        WHERE a.path = ?1 AND p.live = 1 ORDER BY p.source, p.id LIMIT 1),
       a.kind, a.ref, p.id, p.permalink
FROM (SELECT 1) LEFT JOIN address a ON a.path = ?1
                LEFT JOIN post p ON p.id = a.ref AND a.kind IN (0, 4) AND p.staged = 0;

-- name: taxonomy_all
SELECT plural, path FROM taxonomy;
-- name: taxonomy_add
INSERT OR REPLACE INTO taxonomy (plural, path) VALUES (?1, ?2);
-- name: taxonomy_clear
DELETE FROM taxonomy;
-- name: taxonomies_gone
INSERT INTO address (path, kind) SELECT path, 5 FROM taxonomy WHERE true ON CONFLICT (path) DO NOTHING;

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
SELECT id, done FROM blob WHERE oid = ?1;
-- name: blob_add
INSERT INTO blob (oid, size) VALUES (?1, ?2);
-- name: blob_size
UPDATE blob SET size = ?2 WHERE id = ?1;
-- name: blob_block_add
INSERT INTO blob_block (id, data) VALUES (?1, ?2);
-- name: blob_set_done
UPDATE blob SET done = ?2 WHERE id = ?1 AND done <> ?2;
-- name: blob_used
SELECT EXISTS (SELECT 1 FROM media WHERE blob = ?1);
-- name: blob_blocks_drop
DELETE FROM blob_block WHERE id IN
    (SELECT id FROM blob_block WHERE id BETWEEN ?1 << 20 AND (?1 << 20) + 1048575 LIMIT ?2);
-- name: blob_drop
DELETE FROM blob WHERE id = ?1;
-- name: media_stage
INSERT INTO media (source, staged, path, type, stamp, blob, updated, width, height)
VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
-- name: media_staged_next
SELECT m.id, m.source, m.path, m.stamp, b.oid FROM media m JOIN blob b ON b.id = m.blob
WHERE m.staged = 1 ORDER BY m.source LIMIT 1;
-- name: media_of_source
SELECT id, path, blob FROM media WHERE source = ?1 AND staged = 0;
-- name: media_unstage
UPDATE media SET staged = 0 WHERE id = ?1;
-- name: media_replace
UPDATE media SET (path, type, stamp, blob, updated, width, height) =
    (SELECT path, type, stamp, blob, updated, width, height FROM media s WHERE s.id = ?1)
WHERE id = ?2;
-- name: media_drop
DELETE FROM media WHERE id = ?1;

-- What nothing points at any more, and what a publication that never ended has left.
-- name: leftover_add
INSERT OR IGNORE INTO leftover (kind, id) VALUES (?1, ?2);
-- name: leftover_next
SELECT kind, id FROM leftover LIMIT 1;
-- name: leftover_drop
DELETE FROM leftover WHERE kind = ?1 AND id = ?2;
-- name: staged_bodies_leave
INSERT OR IGNORE INTO leftover (kind, id)
SELECT 0, body_id FROM post WHERE staged = 1 ORDER BY source LIMIT ?1;
-- name: staged_posts_drop
DELETE FROM post WHERE id IN (SELECT id FROM post WHERE staged = 1 ORDER BY source LIMIT ?1);
-- name: staged_blobs_leave
INSERT OR IGNORE INTO leftover (kind, id)
SELECT 1, blob FROM media WHERE staged = 1 UNION SELECT 1, id FROM blob WHERE done = 0;
-- name: staged_media_drop
DELETE FROM media WHERE staged = 1;

-- name: lease_get
SELECT holder, pid, host, until FROM lease WHERE name = ?1;
-- name: lease_put
INSERT OR REPLACE INTO lease (name, holder, pid, host, until) VALUES (?1, ?2, ?3, ?4, ?5);
-- name: lease_drop
DELETE FROM lease WHERE name = ?1 AND holder = ?2;

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
-- name: post_section_list
SELECT l.id FROM post p JOIN list l ON l.kind = 2 AND l.taxonomy = '' AND l.slug = p.section WHERE p.id = ?1;
-- What lies below a folder ('0' is the character behind '/').
-- name: media_staged_below
SELECT id, blob FROM media INDEXED BY media_staged
WHERE staged = 1 AND source > ?1 || '/' AND source < ?1 || '0' AND substr(path, 1, length(?2)) = ?2 LIMIT 1;
-- name: media_staged_move
UPDATE media INDEXED BY media_staged SET path = ?3 || substr(path, length(?2) + 1)
WHERE staged = 1 AND source > ?1 || '/' AND source < ?1 || '0' AND substr(path, 1, length(?2)) = ?2;

-- A term is spelled as its newest post spells it, whatever was published in which order.
-- name: term_spelled
SELECT json_extract(j.value, '$.name'), l.given FROM list l, json_each((
    SELECT p.terms FROM list_entry e JOIN post p ON p.id = e.post_id
    WHERE e.list_id = ?1 ORDER BY e.rank, e.age, e.tie, e.post_id LIMIT 1), '$."' || l.taxonomy || '"') j
WHERE l.id = ?1 AND l.kind = 3 AND json_extract(j.value, '$.slug') = l.slug LIMIT 1;
-- name: term_spell
UPDATE list SET given = ?2, name = CASE WHEN index_post = 0 THEN ?2 ELSE name END WHERE id = ?1;
