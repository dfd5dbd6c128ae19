/* The Content-Security-Policy of a page (https://www.w3.org/TR/CSP3/). Any thread. */
#ifndef PLATEN_WEB_POLICY_H
#define PLATEN_WEB_POLICY_H

#include "base/buf.h"
#include "web/snapshot.h"

/* What a page needs that has this HTML in it, as bits: a template_traits_fn. */
unsigned policy_needs(const char *html, size_t n);

/* Appends the policy for a page with those needs. The site's setting params.csp, an object of
 * directives and the sources that are allowed besides, widens it. */
void policy_write(struct buf *out, const struct snapshot *site, unsigned needs);

/* The same, when it has been worked out beforehand; else NULL. Lent by the site. */
const char *policy_ready(const struct snapshot *site, unsigned needs);

/* Works out every policy that pages of the site may have, once, for policy_ready; in the snapshot's arena. */
void policy_prepare(struct snapshot *site);

#endif
