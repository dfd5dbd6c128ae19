/* A folder tree that is watched by inotify(7), so that an author sees the page while writing. Where
 * the machine gives no watches, a change is assumed every two seconds. One thread. */
#ifndef PLATEN_INGEST_WATCH_H
#define PLATEN_INGEST_WATCH_H

#include "base/log.h"

struct watch;

/* Watches dir and every folder below, at most 8,192; hidden ones are left out, links not followed. */
int watch_open(struct watch **out, const char *dir, struct log *log, struct error *err) CHECKED;
void watch_close(struct watch *w); /* NULL is fine */

/* For poll(2): readable when watch_drain has something; -1 when nothing can be watched. */
int watch_fd(const struct watch *w);

/* Takes what has happened. True when a file or folder that may matter was changed, came or went; new
 * folders are watched from now. */
bool watch_drain(struct watch *w);

#endif
