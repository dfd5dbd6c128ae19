/* The handlers that read, and the tables of parameters, which also describe them to clients. */
#ifndef PLATEN_WEB_API_READ_H
#define PLATEN_WEB_API_READ_H

#include "web/api.h"

extern const struct api_param api_posts_params[], api_post_params[];
extern const struct api_param api_places_params[], api_search_params[], api_no_params[];
extern const struct api_param api_deliveries_params[], api_media_params[], api_preview_params[];

route_fn api_posts, api_post, api_post_by_slug, api_preview, api_preview_create;
route_fn api_tags, api_sections, api_authors, api_site, api_archive, api_search;
route_fn api_document, api_reference;

#endif
