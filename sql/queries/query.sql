-- What store/query.c asks besides the statements it puts together itself.

-- The newest live post (?2 = 0) or page (1) of that slug.
-- name: query_slug
SELECT id FROM post WHERE slug = ?1 AND staged = 0 AND kind = ?2 AND live = 1
ORDER BY published DESC, id DESC LIMIT 1;
-- Live posts that name no author: ?1 is 1 where authors have lists.
-- name: query_unsigned
SELECT CASE ?1 WHEN 1 THEN (SELECT count FROM list WHERE kind = 1) -
       (SELECT count(DISTINCT s.post_id) FROM list l CROSS JOIN list_sorted s ON s.list_id = l.id AND s.sort = 0
        WHERE l.kind = 3 AND l.taxonomy = 'authors' AND l.count > 0)
    ELSE (SELECT count(*) FROM post WHERE live = 1 AND kind = 0 AND staged = 0
          AND json_extract(terms, '$.authors[0].slug') IS NULL) END;
-- name: query_plain
SELECT b.text FROM post p JOIN body b ON b.id = p.body_id WHERE p.id = ?1 AND p.live = 1;
-- Authors that live posts name, with the number of posts.
-- name: query_named
SELECT json_extract(a.value, '$.slug'), max(json_extract(a.value, '$.name')), count(*)
FROM post p CROSS JOIN json_each(p.terms, '$.authors') a
WHERE p.live = 1 AND p.kind = 0 AND p.staged = 0 AND json_extract(a.value, '$.slug') IS NOT NULL
GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT ?1;
-- name: query_pages_in
SELECT count(*) FROM post p WHERE p.kind = 1 AND p.live = 1
  AND EXISTS (SELECT 1 FROM membership m WHERE m.post_id = p.id AND m.list_id = ?1);
