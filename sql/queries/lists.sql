-- The writing half of lists.

-- name: entry_add
INSERT OR IGNORE INTO list_entry (list_id, rank, age, tie, post_id) VALUES (?1, ?2, ?3, ?4, ?5);
-- name: entry_remove
DELETE FROM list_entry WHERE list_id = ?1 AND rank = ?2 AND age = ?3 AND tie = ?4 AND post_id = ?5;
-- name: entry_walk_back
SELECT rank, age, tie, post_id FROM list_entry
WHERE list_id = ?1 AND (rank, age, tie, post_id) < (?2, ?3, ?4, ?5)
ORDER BY rank DESC, age DESC, tie DESC, post_id DESC;
-- name: list_count_add
UPDATE list SET count = count + ?2, updated = max(updated, ?3), ever = max(ever, count + ?2 > 0)
WHERE id = ?1;
-- name: list_recount
UPDATE list SET count = (SELECT count(*) FROM list_entry WHERE list_id = ?1) WHERE id = ?1;
-- name: boundary_below
SELECT nth, rank, age, tie, post_id FROM list_boundary WHERE list_id = ?1 AND nth < ?2
ORDER BY nth DESC LIMIT 1;
-- name: boundary_put
INSERT OR REPLACE INTO list_boundary (list_id, rank, age, tie, post_id, nth)
VALUES (?1, ?2, ?3, ?4, ?5, ?6);
-- name: boundary_drop
DELETE FROM list_boundary WHERE list_id = ?1 AND nth = ?2;
-- name: list_key_before
SELECT rank, age, tie, post_id FROM list_entry
WHERE list_id = ?1 AND (rank, age, tie, post_id) < (?2, ?3, ?4, ?5)
ORDER BY rank DESC, age DESC, tie DESC, post_id DESC LIMIT 1 OFFSET ?6;

-- name: list_id_of
SELECT id, path, count FROM list WHERE kind = ?1 AND taxonomy = ?2 AND slug = ?3;
-- name: list_make
INSERT INTO list (kind, taxonomy, slug, given, name, path) VALUES (?1, ?2, ?3, ?4, ?4, ?5);
-- Its page is at another path; where it was, there is a row that leads to it, unless something else stands there.
-- name: list_move
UPDATE list SET path = ?2 WHERE id = ?1 AND path <> ?2;
-- name: list_moved
INSERT INTO address (path, kind, ref) SELECT path, 1, id FROM list WHERE id = ?1 AND path <> ?2 AND ever = 1
ON CONFLICT (path) DO UPDATE SET kind = 1, ref = excluded.ref, target = '' WHERE kind IN (1, 5);
-- name: membership_add
INSERT OR IGNORE INTO membership (post_id, list_id) VALUES (?1, ?2);
-- name: membership_of
SELECT list_id FROM membership WHERE post_id = ?1 ORDER BY list_id;
-- name: membership_drop
DELETE FROM membership WHERE post_id = ?1;

-- name: largest_section
SELECT slug FROM list WHERE kind = 2 AND taxonomy = '' AND count > 0 AND instr(slug, '/') = 0
ORDER BY count DESC, slug LIMIT 1;
-- name: home_clear
DELETE FROM list_entry WHERE list_id = 1;
-- The home list is "*" or the sections named one a line, each between line feeds.
-- name: home_fill
INSERT INTO list_entry (list_id, rank, age, tie, post_id)
SELECT 1, rank, age, tie, id FROM post
WHERE live = 1 AND kind = 0 AND (?1 = '*' OR instr(?1, char(10) || section || char(10)) > 0);
-- Every post of a list that is short.
-- name: list_fellows
SELECT post_id, age, tie FROM list_entry WHERE list_id = ?1 LIMIT ?2;

-- What stands around posts (store/around.c, store/related.c). The lists that say something of a post, the rarest first.
-- name: related_lists
SELECT l.id, l.count FROM membership m CROSS JOIN list l ON l.id = m.list_id
WHERE m.post_id = ?1 AND l.kind = 3 AND l.taxonomy IN ('tags', 'categories') AND l.count <= ?2
ORDER BY l.count, l.slug, l.taxonomy LIMIT ?3;
-- name: around_list
SELECT count FROM list WHERE id = ?1 AND kind = 3 AND taxonomy IN ('tags', 'categories');
-- name: around_all
SELECT id FROM post WHERE (live = 1 AND kind = 0) OR around IS NOT NULL;
-- name: around_post
SELECT p.live = 1 AND p.kind = 0, p.rank, p.age, p.tie, p.id, p.section, l.id, p.around
FROM post p LEFT JOIN list l ON l.kind = 2 AND l.taxonomy = '' AND l.slug = p.section WHERE p.id = ?1;
-- name: around_link
SELECT title, permalink, has_date, published, published_offset FROM post WHERE id = ?1 AND live = 1;
-- name: around_put
UPDATE post SET around = ?2 WHERE id = ?1;
