/* Commands: one file each, one row each in the table of main.c. */
#ifndef PLATEN_CLI_CLI_H
#define PLATEN_CLI_CLI_H

#include "base/log.h"
#include "config.h"

/* Exit statuses. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_CONTENT = 2, EXIT_USAGE = 64 };

/* What a command gets: settings, its operands, the log. Returns the exit status. */
struct command_context {
    const struct config *config;
    char **operands;
    int operand_count;
    struct log *log;
};

int cmd_serve(const struct command_context *c);
int cmd_import(const struct command_context *c);
int cmd_check(const struct command_context *c);
int cmd_render(const struct command_context *c);
int cmd_token(const struct command_context *c);
int cmd_status(const struct command_context *c);
int cmd_rollback(const struct command_context *c);
int cmd_export(const struct command_context *c);
int cmd_backup(const struct command_context *c);
int cmd_preview(const struct command_context *c);

/* Seconds of "12h", "90d", "52w"; 0 for "never". */
int cli_expiry(int64_t *seconds, const char *text, struct error *err) CHECKED;

/* 0 when the database is there; commands that only look at one do not make it. */
int cli_has_database(const char *path, struct error *err) CHECKED;

/* Prints "platen: message" to standard error. Returns EXIT_FAILED. */
int cli_failed(const struct error *err);

#endif
