-- What store/query.c asks besides the statements it puts together itself.

-- The newest live post (?2 = 0) or page (1) of that slug.
-- name: query_slug
SELECT id FROM post WHERE slug = ?1 AND staged = 0 AND kind = ?2 AND live = 1
ORDER BY published DESC, id DESC LIMIT 1;
-- Live posts that are in no list of authors.
-- name: query_unsigned
SELECT (SELECT count FROM list WHERE kind = 1) -
       (SELECT count(DISTINCT s.post_id) FROM list l CROSS JOIN list_sorted s ON s.list_id = l.id AND s.sort = 0
        WHERE l.kind = 3 AND l.taxonomy = 'authors' AND l.count > 0);
-- name: query_plain
SELECT b.text FROM post p JOIN body b ON b.id = p.body_id WHERE p.id = ?1 AND p.live = 1;
