/* Time zones by IANA name, read from the system's TZif files (RFC 8536). glibc's own tz state is
 * process-wide and not thread-safe, hence our own reader. */
#ifndef PLATEN_BASE_ZONE_H
#define PLATEN_BASE_ZONE_H

#include "base/date.h"

struct zone;

/* Loads the zone `name` ("Europe/Berlin", "UTC", "" = UTC; never a path: letters, digits, / _ + -
 * only, no ".."). The directory is the system's /usr/share/zoneinfo. *out is owned by the caller
 * (zone_free). Needs files: not for the renderer. */
int zone_open(struct zone **out, const char *name, struct error *err) CHECKED;
void zone_free(struct zone *z);

/* Makes a zone from the n bytes of a TZif file (RFC 8536), however broken they may be: they are
 * checked, and refused with -1 when they do not add up. `name` is for the message. *out as above. */
int zone_read(struct zone **out, const char *name, const void *bytes, size_t n,
              struct error *err) CHECKED;

/* Minutes east of UTC in force at a UTC time. z may be NULL (UTC). A zone is immutable: any thread.
 */
int zone_offset(const struct zone *z, int64_t seconds);

/* UTC seconds of a civil time: d's own offset when it has one, else the zone's. In a gap the time
 * before the change counts, in an overlap the first. *offset (may be NULL) gets the offset used. */
int64_t zone_seconds(const struct zone *z, const struct date *d, int *offset);

#endif
