-- Lists in any order and under any filter, for programs.

-- name: sorted_add
INSERT OR REPLACE INTO list_sorted (list_id, sort, key, post_id, published)
SELECT ?1, s.sort,
       CASE s.sort WHEN 0 THEN p.published WHEN 1 THEN p.updated ELSE lower(substr(p.title, 1, 100)) END,
       p.id, CASE p.has_date WHEN 1 THEN p.published END
FROM post p CROSS JOIN (SELECT 0 AS sort UNION ALL SELECT 1 UNION ALL SELECT 2) s WHERE p.id = ?2;
-- name: sorted_remove
DELETE FROM list_sorted WHERE list_id = ?1 AND sort = ?3 AND post_id = ?2 AND key =
    (SELECT CASE ?3 WHEN 0 THEN published WHEN 1 THEN updated ELSE lower(substr(title, 1, 100)) END
     FROM post WHERE id = ?2);

-- ?1 list, ?2 sort, beyond (?3 key, ?4 id), to ?5 key; published within [?6, ?7), NULL: whenever; in
-- lists ?8 and ?9 too (0: none); ?10 rows behind the first ?11.
-- name: browse_up
SELECT post_id, key FROM list_sorted s
WHERE list_id = ?1 AND sort = ?2 AND (key, post_id) > (?3, ?4) AND key <= ?5
  AND (?6 IS NULL OR published >= ?6) AND (?7 IS NULL OR published < ?7)
  AND (?8 = 0 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = s.post_id AND m.list_id = ?8))
  AND (?9 = 0 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = s.post_id AND m.list_id = ?9))
ORDER BY key, post_id LIMIT ?10 OFFSET ?11;
-- name: browse_down
SELECT post_id, key FROM list_sorted s
WHERE list_id = ?1 AND sort = ?2 AND (key, post_id) < (?3, ?4) AND key >= ?5
  AND (?6 IS NULL OR published >= ?6) AND (?7 IS NULL OR published < ?7)
  AND (?8 = 0 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = s.post_id AND m.list_id = ?8))
  AND (?9 = 0 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = s.post_id AND m.list_id = ?9))
ORDER BY key DESC, post_id DESC LIMIT ?10 OFFSET ?11;
-- name: browse_count
SELECT count(*) FROM list_sorted s
WHERE list_id = ?1 AND sort = 0 AND key >= ?2 AND key <= ?3
  AND (?4 IS NULL OR published >= ?4) AND (?5 IS NULL OR published < ?5)
  AND (?6 = 0 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = s.post_id AND m.list_id = ?6))
  AND (?7 = 0 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = s.post_id AND m.list_id = ?7));

-- As above over few posts, put in order here: those that match ?12 (the newest 1,000), or, without
-- one, those that readers do not see and that are in state ?13 at ?14: 1 draft, 2 scheduled, 3 over.
-- name: few_up
WITH chosen (id) AS (
    SELECT p.id FROM (SELECT rowid FROM search WHERE ?12 IS NOT NULL AND search MATCH ?12
                      ORDER BY rowid DESC LIMIT 1000) m
    CROSS JOIN post p ON p.body_id = m.rowid WHERE p.live = 1 AND p.kind = 0
    UNION ALL
    SELECT id FROM post INDEXED BY post_dark WHERE ?12 IS NULL AND live = 0 AND staged = 0 AND kind = 0
      AND ?13 = CASE WHEN hidden = 1 THEN 1 WHEN live_until <= ?14 THEN 3 ELSE 2 END
), keyed (id, key, published) AS (
    SELECT p.id, CASE ?2 WHEN 0 THEN p.published WHEN 1 THEN p.updated ELSE lower(substr(p.title, 1, 100)) END,
           CASE p.has_date WHEN 1 THEN p.published END
    FROM chosen c CROSS JOIN post p ON p.id = c.id
    WHERE (?1 = 2 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = p.id AND m.list_id = ?1))
      AND (?8 = 0 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = p.id AND m.list_id = ?8))
      AND (?9 = 0 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = p.id AND m.list_id = ?9))
)
SELECT id, key FROM keyed WHERE (key, id) > (?3, ?4) AND key <= ?5
  AND (?6 IS NULL OR published >= ?6) AND (?7 IS NULL OR published < ?7)
ORDER BY key, id LIMIT ?10 OFFSET ?11;
-- name: few_down
WITH chosen (id) AS (
    SELECT p.id FROM (SELECT rowid FROM search WHERE ?12 IS NOT NULL AND search MATCH ?12
                      ORDER BY rowid DESC LIMIT 1000) m
    CROSS JOIN post p ON p.body_id = m.rowid WHERE p.live = 1 AND p.kind = 0
    UNION ALL
    SELECT id FROM post INDEXED BY post_dark WHERE ?12 IS NULL AND live = 0 AND staged = 0 AND kind = 0
      AND ?13 = CASE WHEN hidden = 1 THEN 1 WHEN live_until <= ?14 THEN 3 ELSE 2 END
), keyed (id, key, published) AS (
    SELECT p.id, CASE ?2 WHEN 0 THEN p.published WHEN 1 THEN p.updated ELSE lower(substr(p.title, 1, 100)) END,
           CASE p.has_date WHEN 1 THEN p.published END
    FROM chosen c CROSS JOIN post p ON p.id = c.id
    WHERE (?1 = 2 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = p.id AND m.list_id = ?1))
      AND (?8 = 0 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = p.id AND m.list_id = ?8))
      AND (?9 = 0 OR EXISTS (SELECT 1 FROM membership m WHERE m.post_id = p.id AND m.list_id = ?9))
)
SELECT id, key FROM keyed WHERE (key, id) < (?3, ?4) AND key >= ?5
  AND (?6 IS NULL OR published >= ?6) AND (?7 IS NULL OR published < ?7)
ORDER BY key DESC, id DESC LIMIT ?10 OFFSET ?11;

-- The newest post readers see of that slug; with ?2 others too.
-- name: post_by_slug
SELECT id FROM post WHERE slug = ?1 AND staged = 0 AND kind <> 2 AND (live = 1 OR ?2)
ORDER BY live DESC, kind, published DESC, id DESC LIMIT 1;
-- name: months
SELECT substr(month, 1, length(month) - 3), substr(month, -2), count FROM month ORDER BY month DESC;

-- Lists of kind ?1 and taxonomy ?2 by name (?3 = 0) or number of posts.
-- name: places_up
SELECT id, CASE ?3 WHEN 0 THEN slug ELSE count END AS key FROM list WHERE kind = ?1 AND taxonomy = ?2 AND count > 0 AND (key, id) > (?4, ?5)
ORDER BY key, id LIMIT ?6 OFFSET ?7;
-- name: places_down
SELECT id, CASE ?3 WHEN 0 THEN slug ELSE count END AS key FROM list WHERE kind = ?1 AND taxonomy = ?2 AND count > 0 AND (key, id) < (?4, ?5)
ORDER BY key DESC, id DESC LIMIT ?6 OFFSET ?7;
-- name: places_count
SELECT count(*) FROM list WHERE kind = ?1 AND taxonomy = ?2 AND count > 0;
