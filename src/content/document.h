/* What a rendered document is: the shape of `document.meta`, shared by content (makes it) and
 * ingest (reads it).
 *
 * Options of a request (all optional):
 *   "summary_words": 70     words at which the automatic summary stops
 *   "unsafe": true          raw HTML passes (false: dropped)
 *   "allow": false          raw HTML passes only as the allow-list has it (allow.h); over "unsafe"
 *   "smart": true           smart punctuation
 *   "toc_min": 2, "toc_max": 4   heading levels in the contents list
 *   "dialect": "hugo"       whose shortcodes or tags are expanded: "hugo", "zola", "jekyll"
 *   "defaults": {}          front matter that holds where the file says nothing
 *   "params": {}            the site's own, for the shortcode param and Liquid's site.X
 *   "site": {"title", "url", "baseurl"}   for Liquid
 *   "includes": {"file": "text"}          for Liquid
 *   "math": true            formulas between dollars are kept from Markdown everywhere
 *   "footnotes", ... none: always on
 *
 * meta of RENDER_POST:
 *   "title": string | null                (null: no title in the front matter)
 *   "date", "publish_date", "expiry_date", "lastmod": null | date object:
 *        {"year":2022,"month":9,"day":10,"hour":0,"minute":0,"second":0,"has_time":false,"has_offset":false,"offset":0}
 *   "draft": bool, "weight": int (0 = none), "slug": string|null, "url": string|null, "path": string|null (Zola), "permalink": string|null
 * (Jekyll), "layout":
 * string|null, "aliases": [string], "tags": [string], "categories": [string], "series": [string],
 * "authors": [string] (each trimmed, no empties, repeats dropped in first-seen order; for terms
 * repeats are found by their urlized form) "summary": string (plain text), "summary_kind": "front"
 * | "manual" | "auto", "truncated": bool "description": string|null, "cover": null | {"image":...,
 * "alt":..., "caption":..., "hidden":bool} "toc": bool|null (front matter toc/showtoc), "outline":
 * [{"level":2,"id":"a-b","text":"A b"}] "words": int, "minutes": int (words / 213 rounded up, at
 * least 1, as Hugo's reading time) "math": bool "params": {...}  every front matter key that is not
 * named above, lower-case keys, JSON values as written "as_text": {"tags": "a b"}  those of tags and categories that were given as one text, as
 * written; "warnings":
 * [{"line":3,"column":1,"text":"..."}]   what is odd but not refused (an unknown date form in an
 * unknown key is none) "links": [] reserved
 *
 * meta of RENDER_SETTINGS: {"settings": any JSON value with keys as written}
 *
 * meta of RENDER_PICTURE: {"type": "image/png", "width": 1200, "height": 800, "no_size": false}, see picture.h
 */
#ifndef PLATEN_CONTENT_DOCUMENT_H
#define PLATEN_CONTENT_DOCUMENT_H

#include "base/date.h"
#include "base/json.h"

#include <stdbool.h>

struct document;
struct render_request;

/* Reads a date object (above) into *d. False when v is null or not one. Any thread may call. */
bool document_date(struct date *d, const json_t *v);

/* True for a text that may be named as what ends a summary (Jekyll's excerpt_separator): an HTML comment. */
bool document_is_mark(const char *text);

/* Does the work of a request (renderer.h) in this process: for the child, tests and fuzzers. Everybody else calls
 * renderer_run. One thread of a process (the Markdown library is not thread-safe). *out as renderer_run leaves it. */
int document_build(struct document *out, const struct render_request *q, struct error *err) CHECKED;

#endif
