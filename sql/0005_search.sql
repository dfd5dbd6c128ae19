-- Search finds words of every script: the index is made anew with Platen's own tokenizer
-- (src/store/tokenizer.h). Nothing but the index changes; it costs about as long as the posts' import took.
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5(
    title, tags, text, content = 'body', content_rowid = 'id', tokenize = 'platen'
);
INSERT INTO search (search, rank) VALUES ('hashsize', 33554432);
INSERT INTO search (search, rank) VALUES ('automerge', 8);
INSERT INTO search (search, rank) VALUES ('crisismerge', 64);
INSERT INTO search (search) VALUES ('rebuild');


-- Titles and tags once more, by themselves: whoever looks for words in them does not walk over all the posts
-- that have those words in their text.
CREATE VIRTUAL TABLE search_head USING fts5(
    title, tags, content = 'body', content_rowid = 'id', tokenize = 'platen'
);
INSERT INTO search_head (search_head, rank) VALUES ('automerge', 8);
INSERT INTO search_head (search_head, rank) VALUES ('crisismerge', 64);
INSERT INTO search_head (search_head) VALUES ('rebuild');

-- What search asks of a match is in the index.
DROP INDEX post_body;
CREATE INDEX post_body ON post (body_id, live, age, tie);
