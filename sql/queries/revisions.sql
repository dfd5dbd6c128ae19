-- What posts said before.

-- name: revision_keep
UPDATE revision SET (title, html, markdown) =
    (SELECT b.title, b.html, b.markdown FROM post p JOIN body b ON b.id = p.body_id WHERE p.id = ?1)
WHERE post = ?1 AND html IS NULL;
-- A version of which nobody recorded that it went live: a first import's. It is older than what follows (?2).
-- name: revision_keep_unknown
INSERT INTO revision (post, oid, at, title, html, markdown)
SELECT p.id, p.oid, min(p.updated, ?2 - 1), b.title, b.html, b.markdown
FROM post p JOIN body b ON b.id = p.body_id WHERE p.id = ?1;
-- name: revision_add
INSERT INTO revision (post, oid, commit_id, author, at, message, title)
SELECT id, oid, ?2, ?3, ?4, ?5, title FROM post WHERE id = ?1;
-- name: revision_prune
DELETE FROM revision WHERE post = ?1 AND html IS NOT NULL AND id NOT IN
    (SELECT id FROM revision WHERE post = ?1 ORDER BY at DESC, id DESC LIMIT ?2);
-- name: revision_prune_some
DELETE FROM revision WHERE id IN (SELECT id FROM revision LIMIT ?1);

-- name: revision_all
SELECT id, commit_id, author, at, message, title, html IS NULL FROM revision
WHERE post = ?1 ORDER BY html IS NOT NULL, at DESC, id DESC LIMIT ?2;
-- name: revision_get
SELECT r.id, r.commit_id, r.author, r.at, r.message, r.title, r.html IS NULL,
       coalesce(r.html, b.html), coalesce(r.markdown, b.markdown), p.source
FROM revision r JOIN post p ON p.id = r.post JOIN body b ON b.id = p.body_id
WHERE r.post = ?1 AND r.id = ?2 AND p.live = 1;
-- name: revision_exists
SELECT EXISTS (SELECT 1 FROM revision WHERE post = ?1 AND html IS NOT NULL);

-- Filling in what was before: posts, and how much is known of them.
-- name: revision_posts
SELECT p.id, p.source, p.oid, (SELECT count(*) FROM revision r WHERE r.post = p.id)
FROM post p WHERE p.live = 1 AND p.staged = 0 AND p.source IS NOT NULL ORDER BY p.id;
-- 0: not known; 1: known, with its commit; 2: known, without.
-- name: revision_known
SELECT coalesce(max(CASE WHEN commit_id = '' THEN 2 ELSE 1 END), 0) FROM revision WHERE post = ?1 AND oid = ?2;
-- name: revision_name
UPDATE revision SET commit_id = ?3, author = ?4, at = ?5, message = ?6
WHERE post = ?1 AND oid = ?2 AND commit_id = '';
-- name: revision_put
INSERT INTO revision (post, oid, commit_id, author, at, message, title, html, markdown)
SELECT id, ?2, ?3, ?4, ?5, ?6, CASE WHEN oid = ?2 THEN title ELSE coalesce(nullif(?7, ''), title) END,
       CASE WHEN oid = ?2 THEN NULL ELSE ?8 END, CASE WHEN oid = ?2 THEN NULL ELSE ?9 END
FROM post WHERE id = ?1 AND live = 1 AND (oid = ?2 OR length(?9) > 0);
