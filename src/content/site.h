/* What a site says of itself, in one shape: from Hugo's hugo.* / config.* (as a JSON tree) and
 * platen.yaml to the "site" object that ingest stores (setting "site") and web reads. Pure: no
 * files, no store.
 *
 * The site object (every key is always there):
 *   "title": "", "description": "", "language": "en", "copyright": "",
 *   "base_url": ""            absolute, ends with '/', or ""
 *   "author": {"name": "", "url": "", "email": ""},
 *   "page_size": 10, "feed_size": 20, "summary_words": 70,
 *   "date_format": "January 2, 2006", "time_zone": "UTC",
 *   "main_sections": []       sections whose posts make the home list; [] = not said
 *   "largest_section": false  not said in a Hugo site: home shows the section with most posts
 *   "jekyll_permalink": ""    style or pattern of a Jekyll site's posts
 *   "exclude": []             paths that a Jekyll site leaves out, with * and ?
 *   "zola_paths": "on"        how a Zola site cuts slugs
 *   "permalinks": {"posts": "/:year/:slug/"}, "disable_lower": false,
 *   "taxonomies": [{"plural": "tags", "singular": "tag", "title": "Tags"}],
 *   "menu": [{"name": "Tags", "url": "/tags/"}]     in the order of showing
 *   "social": [{"name": "github", "url": "https://..."}],
 *   "build_drafts": false, "build_future": false, "build_expired": false,
 *   "home": {"title": "", "content": ""}            words above the first page's list
 *   "edit_url": "", "edit_append_path": false,      "suggest a change" links
 *   "json_index": false       /index.json is asked for (outputs.home has JSON)
 *   "unsafe_html": true, "smart": true, "show_toc": false,
 *   "params": {}              the author's own, as written
 *   "paths": what the roles of files and their addresses depend on, as Hugo, Jekyll and Zola say it:
 *     "content_dir": "", "static_dirs": [], "ignore": [],
 *     "language": ""          the one whose pages have no prefix
 *     "languages": [{"key": "de", "content_dir": "", "disabled": false, "weight": 0}], "language_in_subdir": false, "git_info": false,
 *     "ugly": false           or true, or a map from section to those
 *     "remove_accents": false, "paginate_path": "",
 *     "permalinks_term": {}, "permalinks_section": {},
 *     "date_from_name": ""    "first", "last": Hugo asks the file's name for the date, and the slug
 *     "cascade": []           maps of front matter with their target
 *     "include": [], "collections": [{"name": "", "permalink": "", "output": false}], "collections_dir": "", "source": "",
 *     "defaults": [{"path": "", "type": "", "values": {}}],
 *     "zola_taxonomies": "on", "zola_keep_dates": false
 */
#ifndef PLATEN_CONTENT_SITE_H
#define PLATEN_CONTENT_SITE_H

#include "base/json.h"

enum site_flavour { SITE_PLAIN, SITE_HUGO, SITE_PLATEN, SITE_JEKYLL, SITE_ZOLA };

/* A site object with every default. NULL when memory is out. The caller owns it. */
json_t *site_defaults(void);

/* Puts what `tree` (a settings file as read) says over *site. Wrong types are
 * refused with the key's name ("paginate: must be a whole number from 1 to 1000"). Keys are matched
 * without regard to case, as Hugo does. Keys that Platen does not know are passed over
 * (see site_check_keys). */
int site_apply(json_t *site, enum site_flavour flavour, const json_t *tree,
               struct error *err) CHECKED;

/* The same, but a key of the wrong type is told to `problem` and passed over: a site of somebody else's generator
 * must not lose all its settings to one. */
typedef void site_problem_fn(void *arg, const struct error *why);
int site_apply_all(json_t *site, enum site_flavour flavour, const json_t *tree,
                   site_problem_fn *problem, void *arg, struct error *err) CHECKED;

/* Refuses a platen.yaml that has a key Platen does not know, naming the nearest one. `also` (may be
 * NULL) says which further keys may stand there: the server's options, when one file holds both. */
int site_check_keys(const json_t *tree, bool (*also)(const char *key), struct error *err) CHECKED;

/* True when `key` is a top-level setting of that flavour that Platen reads. */
bool site_knows(enum site_flavour flavour, const char *key);

#endif
