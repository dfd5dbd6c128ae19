#include "web/api_read.h"
int api_document(struct visit *v, const struct route_match *m, struct error *err) { (void)v;(void)m;(void)err; return VISIT_PASS; }
int api_reference(struct visit *v, const struct route_match *m, struct error *err) { (void)v;(void)m;(void)err; return VISIT_PASS; }
