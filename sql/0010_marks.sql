-- What a page must know of the HTML beside it (content/html_marks.h). NULL: it is looked for when a page is made.
ALTER TABLE body ADD COLUMN marks TEXT;
