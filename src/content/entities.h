/* Named character references of HTML. Any thread may call. */
#ifndef PLATEN_CONTENT_ENTITIES_H
#define PLATEN_CONTENT_ENTITIES_H

#include <stddef.h>
#include <stdint.h>

/* The character that &name; stands for (name of n bytes, without & and ;), 0 when it is none of
 * HTML 4's 252 names or the few later ones that people write (HTML standard, section 13.5). */
uint32_t entity_find(const char *name, size_t n);

#endif
