/* Bringing a database's schema up to date (private to the store). */
#ifndef PLATEN_STORE_MIGRATE_H
#define PLATEN_STORE_MIGRATE_H

#include "base/embed.h"
#include "base/log.h"
#include "store/db.h"

/* Applies the migrations (in order of their number, the digits a name begins with) that the database lacks,
 * each with its number, name and checksum kept in the table `migration`, all in one transaction: an upgrade that
 * fails or is killed leaves the database as it was. Refused: a database with a number beyond ours, and one whose
 * applied migration has another checksum than ours. A database that holds anything is first copied to
 * PATH.backup-NUMBER-TIME, by the one process that holds the write lock. */
int migrate(struct db *db, const char *path, const struct embedded_file *files, size_t count,
            struct log *log, struct error *err) CHECKED;

#endif
