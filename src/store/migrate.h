/* Bringing a database's schema up to date (private to the store). */
#ifndef PLATEN_STORE_MIGRATE_H
#define PLATEN_STORE_MIGRATE_H

#include "base/embed.h"
#include "base/log.h"
#include "store/db.h"

/* Applies the migrations (in order of their number, the digits a name begins with) that the database lacks: each in one transaction,
 * its number, name and checksum kept in the table `migration`. Refused: a database with a number beyond ours, and one whose applied migration
 * has another checksum than ours. A database that holds anything is first copied to PATH.backup-NUMBER-TIME. */
int migrate(struct db *db, const char *path, const struct embedded_file *files, size_t count,
            struct log *log, struct error *err) CHECKED;

#endif
