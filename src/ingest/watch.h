/* A folder tree that is watched by inotify(7), so that an author sees the page while writing.
 *
 * What counts: a file whose writing ended, that was removed or renamed, and anything that befell a
 * folder. What editors keep beside a file (".name", "name~") does not, nor what is in hidden folders
 * other than ".well-known". A file that came by a link, without being written, counts at the first
 * look a second later.
 *
 * Where the machine gives no watches, one line is logged and a change is assumed every two seconds.
 * When the folder itself goes away that is a change, and so is its coming back; it is looked for
 * every two seconds. One thread. */
#ifndef PLATEN_INGEST_WATCH_H
#define PLATEN_INGEST_WATCH_H

#include "base/log.h"

struct watch;

/* Watches dir (which may be a symbolic link to a folder) and every folder below, at most 8,192 and
 * 64 levels; hidden ones are left out, links not followed. Error: dir is no folder that can be read.
 * The caller owns *out (watch_close); log is borrowed. */
int watch_open(struct watch **out, const char *dir, struct log *log, struct error *err) CHECKED;
void watch_close(struct watch *w); /* NULL is fine */

/* For poll(2): readable when watch_drain has something. -1 when there is nothing to wait for (no
 * watches, or the folder is gone): then watch_drain is to be asked every two seconds. It changes:
 * ask before every poll. */
int watch_fd(const struct watch *w);

/* Takes what has happened; never waits. True when something that counts did; new folders are watched
 * from now. To be asked at least once a minute also when the descriptor is quiet: that the path leads
 * to another folder now (a link was turned, a parent renamed) is noticed only here. */
bool watch_drain(struct watch *w);

#endif
