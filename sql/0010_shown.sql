-- What a page of a post would have to look for. What it must know of the HTML beside it (content/html_marks.h); NULL: it
-- is looked for when the page is made.
ALTER TABLE body ADD COLUMN marks TEXT;

-- Whether earlier versions can be read, kept by what brings and takes them.
ALTER TABLE post ADD COLUMN versions INTEGER NOT NULL DEFAULT 0;
UPDATE post SET versions = 1 WHERE id IN (SELECT post FROM revision WHERE html IS NOT NULL);

CREATE TRIGGER versions_in AFTER INSERT ON revision WHEN new.html IS NOT NULL
BEGIN
    UPDATE post SET versions = 1 WHERE id = new.post AND versions = 0;
END;

CREATE TRIGGER versions_kept AFTER UPDATE OF html ON revision WHEN (old.html IS NULL) <> (new.html IS NULL)
BEGIN
    UPDATE post SET versions = EXISTS (SELECT 1 FROM revision WHERE post = new.post AND html IS NOT NULL)
    WHERE id = new.post;
END;

CREATE TRIGGER versions_out AFTER DELETE ON revision WHEN old.html IS NOT NULL
BEGIN
    UPDATE post SET versions = EXISTS (SELECT 1 FROM revision WHERE post = old.post AND html IS NOT NULL)
    WHERE id = old.post;
END;

-- What stands around a post, as lines that are read faster than JSON: see store/around.h.
UPDATE post SET around =
    coalesce('n' || replace(replace(json_extract(around, '$.newer[0]'), char(9), ' '), char(10), ' ') || char(9)
                 || json_extract(around, '$.newer[1]') || char(9, 10), '') ||
    coalesce('o' || replace(replace(json_extract(around, '$.older[0]'), char(9), ' '), char(10), ' ') || char(9)
                 || json_extract(around, '$.older[1]') || char(9, 10), '') ||
    coalesce((SELECT group_concat('r' || replace(replace(json_extract(value, '$[0]'), char(9), ' '), char(10), ' ') || char(9)
                                      || json_extract(value, '$[1]') || char(9)
                                      || coalesce(json_extract(value, '$[2]'), '') || char(9)
                                      || coalesce(json_extract(value, '$[3]'), 0) || char(9, 10), '')
              FROM json_each(around, '$.related')), '')
WHERE around IS NOT NULL;
