/* What a site says of itself, in one shape: from Hugo's hugo.* / config.* (as a JSON tree) and
 * platen.yaml to the "site" object that ingest stores (setting "site") and web reads. Pure: no
 * files, no store.
 *
 * The site object (every key is always there):
 *   "title": "", "base_url": "" (absolute, ends with '/', or ""), "description": "", "language":
 * "en", "copyright": "", "author": {"name": "", "url": "", "email": ""}, "page_size": 10,
 * "feed_size": 20, "summary_words": 70, "date_format": "January 2, 2006", "time_zone": "UTC",
 *   "main_sections": [..] ([] = not said), "largest_section": bool (Hugo's default when
 * main_sections is not said), "permalinks": {"SECTION": "/:year/:slug/"} , "disable_lower": bool
 * (disablePathToLower), "taxonomies": [{"plural":"tags","singular":"tag","title":"Tags"}], "menu":
 * [{"name":"Tags","url":"/tags/"}] in order (weight, then name), "social":
 * [{"name":"github","url":"https://..."}], "build_drafts": false, "build_future": false,
 * "build_expired": false, "home": {"title": "", "content": ""} (intro above the first page's list;
 * content is Markdown-free text, params.homeInfoParams), "edit_url": "" (params.editPost.URL),
 * "edit_append_path": bool, "json_index": bool (outputs.home has JSON), "unsafe_html": true,
 * "params": {...} (the author's params as written)
 */
#ifndef PLATEN_CONTENT_SITE_H
#define PLATEN_CONTENT_SITE_H

#include "base/json.h"

enum site_flavour { SITE_PLAIN, SITE_HUGO, SITE_PLATEN };

/* A site object with every default. NULL when memory is out. The caller owns it. */
json_t *site_defaults(void);

/* Puts what `tree` (a settings file as read) says over *site. Wrong types and unknown values are
 * refused with the key's name ("paginate: must be a whole number from 1 to 1000"). Keys are matched
 * without regard to case, as Hugo does. Keys that Platen does not know are ignored for Hugo, an
 * error for platen.yaml (with the nearest known name). */
int site_apply(json_t *site, enum site_flavour flavour, const json_t *tree,
               struct error *err) CHECKED;

#endif
