-- How many live posts each month has, kept by what moves in and out of the list of all: the archive of a blog
-- of any size is a few hundred rows.
CREATE TABLE month (
    month TEXT PRIMARY KEY, -- "2026-11", in UTC
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO month (month, count)
SELECT strftime('%Y-%m', published, 'unixepoch'), count(*) FROM list_sorted
WHERE list_id = 2 AND sort = 0 AND published IS NOT NULL GROUP BY 1;

-- Before, since a row may replace itself, which is no new post.
CREATE TRIGGER month_in BEFORE INSERT ON list_sorted
WHEN new.list_id = 2 AND new.sort = 0 AND new.published IS NOT NULL
 AND NOT EXISTS (SELECT 1 FROM list_sorted
                 WHERE list_id = 2 AND sort = 0 AND key = new.key AND post_id = new.post_id)
BEGIN
    INSERT INTO month (month, count) VALUES (strftime('%Y-%m', new.published, 'unixepoch'), 1)
    ON CONFLICT (month) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER month_out AFTER DELETE ON list_sorted
WHEN old.list_id = 2 AND old.sort = 0 AND old.published IS NOT NULL
BEGIN
    UPDATE month SET count = count - 1 WHERE month = strftime('%Y-%m', old.published, 'unixepoch');
    DELETE FROM month WHERE month = strftime('%Y-%m', old.published, 'unixepoch') AND count = 0;
END;
