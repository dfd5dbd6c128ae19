/* The handlers that rows of the route table name, and what they share. See visit.h for what a
 * handler returns. */
#ifndef PLATEN_WEB_PAGES_H
#define PLATEN_WEB_PAGES_H

#include "store/address.h"
#include "web/feed.h"
#include "web/visit.h"

/* health.c: the process lives; the store answers and nobody is draining. */
route_fn health_live, health_ready;

/* assets.c: the theme's static files, under their fingerprint for ever, else to be asked for. */
route_fn asset_serve;

/* resolve.c: the table of addresses; "/x/page/2/" and "/x/index.xml" below a list; the file index.html of a
 * folder; the same path with a final slash, or without "index.html". */
route_fn address_serve, address_suffix, address_index, address_near, missing_document, not_found;

/* event_stream.c */
route_fn event_stream;

/* preview.c: one post that readers do not see, to whoever has the address. */
#define PREVIEW_PATH "/preview/"
route_fn preview_show;

/* list_page.c, archive.c, search_page.c */
route_fn home_page, archive_page, search_page;

/* feeds.c, feed_json.c, sitemap.c */
route_fn feed_rss, feed_atom, feed_json, feed_index_json;
route_fn sitemap_root, sitemap_part, robots, opensearch;

/* hooks.c: what git hosts send. */
#define HOOK_PATH "/hooks/github"
route_fn hook_receive;

/* api.c: what is under /api/ and is nothing. api_deliveries.c, admin.c: what became of deliveries, for
 * programs and for people. */
#define MEDIA_PATH "/api/v1/media"
route_fn api_post_create, api_post_change, api_media_send, api_media_drop;
route_fn api_missing, api_deliveries, api_delivery, api_delivery_replay;
route_fn admin_deliveries, admin_delivery, admin_delivery_replay;

/* The page of a list (section, term, home), pages from 1. */
int list_page(struct visit *v, const struct list *l, int64_t number, struct error *err) CHECKED;
/* All terms of a taxonomy; plural as configured. */
int taxonomy_page(struct visit *v, const char *plural, struct error *err) CHECKED;
/* The archive at `base` ("/archive/", or where a page file has it), pages from 1; title NULL = its
 * own. */
int archive_show(struct visit *v, const char *base, const char *title, int64_t number,
                 struct error *err) CHECKED;
int search_show(struct visit *v, const char *base, const char *title, struct error *err) CHECKED;
/* A post or a page file by id; page files with a layout of their own show that. */
int post_page(struct visit *v, int64_t id, struct error *err) CHECKED;
/* The same of what stands at path; VISIT_PASS: no post does, and *said is post_shown_at's. */
int post_page_at(struct visit *v, const char *path, bool *said, struct error *err) CHECKED;
/* The page of a post that readers do not see yet, marked as a preview until that moment (UTC seconds); of one that they
 * do see, a redirect. */
int post_preview(struct visit *v, int64_t id, int64_t until, struct error *err) CHECKED;
/* revision_page.c: versions of the post, when ?rev= asks for them; else VISIT_PASS. title and path are the post's. */
int revision_page(struct visit *v, int64_t post, const char *title, const char *path,
                  struct error *err) CHECKED;
/* Page `number` below a page file ("/archives/page/2/"): only the archive has such. */
int post_subpage(struct visit *v, int64_t id, int64_t number, struct error *err) CHECKED;

/* The feed of a list, of a taxonomy's terms. */
int feed_list(struct visit *v, const struct list *l, enum feed_format format,
              struct error *err) CHECKED;
int feed_taxonomy(struct visit *v, const char *plural, enum feed_format format,
                  struct error *err) CHECKED;

/* media.c: a file of the site, streamed. */
int media_serve(struct visit *v, int64_t id, struct error *err) CHECKED;

/* A page number as it stands in a path: 1.. without sign or leading zeros; 0 when it is none. */
int64_t page_number(struct slice text);

#endif
