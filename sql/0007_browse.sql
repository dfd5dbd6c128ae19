-- Lists in the orders that programs ask for.

-- The live posts of every list but home, by each sort (enum browse_sort): key is what is sorted by, a
-- number or a text; ties are broken by the post's id. published is NULL for a post without a date.
CREATE TABLE list_sorted (
    list_id   INTEGER NOT NULL,
    sort      INTEGER NOT NULL,
    key       ANY NOT NULL,
    post_id   INTEGER NOT NULL,
    published INTEGER,
    PRIMARY KEY (list_id, sort, key, post_id)
) STRICT, WITHOUT ROWID;

INSERT INTO list_sorted (list_id, sort, key, post_id, published)
SELECT e.list_id, s.sort,
       CASE s.sort WHEN 0 THEN p.published WHEN 1 THEN p.updated ELSE lower(substr(p.title, 1, 100)) END,
       p.id, CASE p.has_date WHEN 1 THEN p.published END
FROM list_entry e CROSS JOIN post p ON p.id = e.post_id
CROSS JOIN (SELECT 0 AS sort UNION ALL SELECT 1 UNION ALL SELECT 2) s
WHERE e.list_id <> 1;

-- What readers do not see: drafts, posts whose time has not come or is over.
CREATE INDEX post_dark ON post (id) WHERE live = 0 AND staged = 0 AND kind = 0;
CREATE INDEX post_slug ON post (slug) WHERE staged = 0;
