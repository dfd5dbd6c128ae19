/* platen backup FILE: the database, whole and of one moment, beside a running server. */
#include "cli/cli.h"

#include "base/buf.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void tell(void *arg, int64_t done, int64_t total) {
    const bool *terminal = arg;
    if (*terminal && total > 0)
        fprintf(stderr, "\r\033[Kbackup: %lld of %lld MB", (long long)(done >> 20),
                (long long)(total >> 20));
}

/* The bytes and the name are on the disk, not only on their way. */
static int settle(const char *path, struct error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    return rc == 0 ? 0
                   : error_set(err, "%s: cannot be written to the disk: %s", path, strerror(errno));
}

static int settle_folder(const char *path, struct error *err) {
    char folder[4096];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : (int)(slash - path + 1),
             slash == NULL ? "." : path);
    return settle(folder, err);
}

static int copy(const struct command_context *c, const char *to, struct error *err) {
    bool terminal = isatty(STDERR_FILENO) == 1;
    struct db *db;
    if (db_open(&db, c->config->db, DB_READ, err) != 0)
        return -1;
    int rc = db_backup(db, to, tell, &terminal, err);
    db_close(db);
    if (terminal)
        fputs("\r\033[K", stderr);
    return rc;
}

/* What looking into a database leaves beside it. */
static void unlink_beside(const char *path, const char *ending) {
    char name[4200];
    snprintf(name, sizeof name, "%s%s", path, ending);
    unlink(name);
}

static int check(const char *path, struct error *err) {
    struct db *db;
    if (db_open(&db, path, DB_READ, err) != 0)
        return -1;
    int rc = db_check(db, err);
    db_close(db);
    unlink_beside(path, "-wal");
    unlink_beside(path, "-shm");
    return rc;
}

/* Where it shall be there is nothing, or a file that may be replaced and is not the database itself. */
static int check_place(const struct command_context *c, mode_t *mode, struct error *err) {
    const char *to = c->operands[0];
    struct stat st, own;
    if (cli_has_database(c->config->db, err) != 0)
        return -1;
    if (stat(c->config->db, &own) != 0)
        return error_set(err, "%s: %s", c->config->db, strerror(errno));
    *mode = own.st_mode & 0777;
    if (stat(to, &st) != 0)
        return 0;
    if (!S_ISREG(st.st_mode))
        return error_set(err, "%s: is no file: name one in it", to);
    if (st.st_dev == own.st_dev && st.st_ino == own.st_ino)
        return error_set(err, "%s: is the database itself: name another file", to);
    return c->config->force ? 0 : error_set(err, "%s: is there already (--force replaces it)", to);
}

static int backup(const struct command_context *c, struct error *err) {
    const char *to = c->operands[0];
    char partial[4096];
    mode_t mode = 0600;
    if (check_place(c, &mode, err) != 0)
        return -1;
    if (snprintf(partial, sizeof partial, "%s.partial-XXXXXX", to) >= (int)sizeof partial)
        return error_set(err, "%s: the name is too long", to);
    int fd = mkostemp(partial, O_CLOEXEC); /* readable by its owner only, until it is whole */
    if (fd < 0)
        return error_set(err, "%s: cannot be made: %s", partial, strerror(errno));
    close(fd);
    int rc = copy(c, partial, err);
    if (rc == 0)
        rc = check(partial, err);
    if (rc == 0)
        rc = settle(partial, err);
    if (rc == 0 && (chmod(partial, mode) != 0 || rename(partial, to) != 0))
        rc = error_set(err, "%s: %s", to, strerror(errno));
    if (rc == 0)
        return settle_folder(to, err);
    unlink(partial);
    return -1;
}

int cmd_backup(const struct command_context *c) {
    struct error err = {0};
    struct stat st;
    if (backup(c, &err) != 0)
        return cli_failed(&err);
    if (stat(c->operands[0], &st) == 0)
        fprintf(stderr, "backup: %.1f MB in %s\n", (double)st.st_size / (1 << 20), c->operands[0]);
    return EXIT_DONE;
}
