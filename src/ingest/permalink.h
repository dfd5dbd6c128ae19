/* Addresses from paths and front matter, as Hugo makes them. Pure functions, any thread. */
#ifndef PLATEN_INGEST_PERMALINK_H
#define PLATEN_INGEST_PERMALINK_H

#include "base/buf.h"
#include "base/date.h"
#include "base/text.h"

struct permalink_parts {
    const char *folder; /* below the content root, without slashes at its ends: "posts/linux", "" */
    const char *basename; /* file name without ending; the folder's name for a leaf bundle */
    const char *title;
    const char *slug; /* NULL when the front matter has none */
    bool has_date;
    struct date date;
    bool keep_case;         /* disablePathToLower */
    bool jekyll;            /* :slug is the title cut to a slug, as Jekyll has it */
    const char *categories; /* Jekyll's, with '/' between; NULL: none */
    const char
        *collection; /* Jekyll's collection, whose :path is folder and basename; NULL: none */
    bool folders;    /* the address is a folder whatever its last part looks like, as Hugo has it */
};

/* How a path that an author wrote ends. */
enum permalink_end {
    PERMALINK_FILE_OR_FOLDER, /* a folder unless its last part has an ending such as ".html" */
    PERMALINK_HUGO,           /* a folder unless there is a dot in it */
    PERMALINK_JEKYLL,         /* as written */
};

/* Appends the permalink by `pattern` (NULL: the default, folder and slug or base name): decoded UTF-8 that begins with '/' and
 * ends with '/' (or with a file ending such as ".html"). Tokens: :year :month :monthname :day :weekday :weekdayname :yearday :section
 * :sections :title :slug :filename :slugorfilename :contentbasename :slugorcontentbasename; Jekyll's :categories :short_year :i_month :short_month :long_month :i_day :y_day :week :w_year :w_day :short_day :long_day :hour
 * :minute :second :output_ext :slugified_categories. An unknown token and a
 * date token without a date are errors. */
int permalink_make(struct buf *out, const char *pattern, const struct permalink_parts *p,
                   struct error *err) CHECKED;

/* Appends an address that an author wrote (url, an alias): percent-decoded, "." and ".." resolved, made absolute
 * below `base` (a path that ends in '/') unless it begins with '/', with a slash at its end unless its last part has an ending. A full URL,
 * or one that leaves the root, is an error. */
int permalink_written(struct buf *out, const char *base, const char *written,
                      struct error *err) CHECKED;

/* The same, with an end of its own. */
int permalink_written_as(struct buf *out, const char *base, const char *written,
                         enum permalink_end end, struct error *err) CHECKED;

/* Appends a folder's path in address form: "/my-section/sub/". */
int permalink_folder(struct buf *out, const char *folder, size_t len, bool keep_case);

/* False for a path that no browser asks for as it is (RFC 3986, section 5.2.4), or that the server refuses: with a part
 * "." or "..", or a control character. */
bool permalink_reachable(const char *path);

#endif
