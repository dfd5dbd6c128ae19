/* Platen: from the command line to an exit status. The table of commands is all there is to know;
 * a command is one row here and one file in cli/. */
#include "cli/cli.h"

#include "base/text.h"
#include "content/renderer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef PLATEN_VERSION
#define PLATEN_VERSION "0.1.0"
#endif

struct command {
    const char *name;
    const char *operands; /* as --help shows them */
    int min, max;         /* how many operands */
    enum command_mask mask;
    int (*run)(const struct command_context *c);
    const char *summary;
    const char *help;
};

static const struct command commands[] = {
    {"serve", "", 0, 0, FOR_SERVE, cmd_serve, "serve the blog over HTTP",
     "Serves the blog in the database until SIGTERM or SIGINT; SIGHUP reads the theme again.\n"},
    {"import", "SOURCE...", 1, 16, FOR_IMPORT, cmd_import,
     "take a folder or git URL into the database",
     "Takes a blog made for Hugo, or a plain folder of Markdown, into the database, which then\n"
     "shows just that: unchanged files cost nothing, removed ones answer 410. Files with\n"
     "errors are reported as file:line:column: reason; the rest goes in.\n"},
    {"check", "SOURCE...", 1, 16, FOR_CHECK, cmd_check,
     "say what import would refuse, change nothing",
     "Reads a blog as import does and reports what it would refuse. Exit status 2 when there is "
     "any.\n"},
    {"render", "", 0, 0, FOR_RENDER, cmd_render, "render one Mustache template over JSON",
     "Renders --template over --data to standard output: the template engine alone.\n"},
    {"token", "create|list|revoke ID", 1, 2, FOR_TOKEN, cmd_token, "tokens of the API",
     "Makes a bearer token and prints it, this once; lists tokens; revokes one by its number.\n"
     "Scopes: posts:write, posts:read-drafts, deliveries:read, deliveries:replay, media:write,\n"
     "admin (all of them).\n"},
    {"status", "", 0, 0, FOR_STATUS, cmd_status, "what is published and what waits",
     "Says which commit readers see, how many deliveries wait, failed or are done, and what is "
     "wrong.\n"},
    {"rollback", "[COMMIT]", 0, 1, FOR_ROLLBACK, cmd_rollback, "make an earlier commit live",
     "Makes a commit of the repository what readers see, beside a running server or without one.\n"
     "The tip that it leaves is remembered: pushes of that tip, sweeps and restarts change\n"
     "nothing, another tip or --undo moves on.\n"},
    {"export", "DIR", 1, 1, FOR_EXPORT, cmd_export, "every post and file as a folder",
     "Writes the whole blog as a folder that import takes: every post as Markdown with front "
     "matter,\n"
     "as it came, drafts too, those of the API as files; every media file; the settings. DIR must\n"
     "not be there, or be empty. It appears when it is whole. Works beside a running server.\n"},
    {"backup", "FILE", 1, 1, FOR_BACKUP, cmd_backup, "copy the database, while it serves",
     "Copies the whole database to FILE, as one state, while a server runs. FILE appears when the\n"
     "copy is whole and has been looked through; `platen serve --db FILE` serves it.\n"},
    {"preview", "SLUG", 0, 1, FOR_PREVIEW, cmd_preview, "a signed link to a draft, with an end",
     "Prints an address that shows one post that readers do not see, a draft or a scheduled one, "
     "to\n"
     "whoever has it, for a day or as long as --expires says (at most 30d). SLUG is the post's "
     "slug, or\n"
     "its file (content/posts/x.md). --revoke-all ends all that were given out.\n"},
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

int cli_failed(const struct error *err) {
    fprintf(stderr, "platen: %s\n", err->text);
    return EXIT_FAILED;
}

int cli_has_database(const char *path, struct error *err) {
    return access(path, F_OK) == 0 ? 0
                                   : error_set(err, "%s: there is no such database (--db)", path);
}

static int print_help(void) {
    printf("Platen, a blog server: Markdown in, pages out.\n\n"
           "Usage: platen COMMAND [OPTIONS]\n\nCommands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-8s %-21s %s\n", commands[i].name, commands[i].operands, commands[i].summary);
    printf("\nplaten COMMAND --help tells its options; platen --version its version.\n"
           "\nTo have a blog:  platen import path/to/blog && platen serve\n");
    return EXIT_DONE;
}

static int print_command_help(const struct command *c) {
    struct buf b;
    buf_init(&b, 64 * 1024);
    buf_printf(&b, "Usage: platen %s [OPTIONS]%s%s\n\n%s\n", c->name, *c->operands ? " " : "",
               c->operands, c->help);
    config_help(&b, c->mask);
    fputs(buf_str(&b), stdout);
    buf_free(&b);
    return EXIT_DONE;
}

static int unknown_command(const char *name) {
    const char *near = NULL;
    int best = 3;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        int d = text_distance(commands[i].name, name);
        if (d < best) {
            best = d;
            near = commands[i].name;
        }
    }
    fprintf(stderr, "platen: unknown command \"%s\"%s%s%s (see platen --help)\n", name,
            near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return EXIT_USAGE;
}

static int check_operands(const struct command *c, int count, struct error *err) {
    if (count < c->min)
        return error_set(err, "wants %s: platen %s %s", c->operands, c->name, c->operands);
    if (count > c->max)
        return c->max == 0 ? error_set(err, "takes no operands, options only")
                           : error_set(err, "takes at most %d operands", c->max);
    return 0;
}

static int run_command(const struct command *c, int argc, char **argv) {
    struct log *log = log_open(STDERR_FILENO, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    struct config config;
    struct error err = {0};
    int operands = 0;
    int status = EXIT_USAGE;
    if (config_load(&config, c->mask, argc, argv, environ, &operands, &err) != 0 ||
        check_operands(c, operands, &err) != 0) {
        fprintf(stderr, "platen %s: %s\n", c->name, err.text);
    } else {
        log_configure(log, (enum log_level)config.log_level, (enum log_format)config.log_format);
        struct command_context context = {&config, argv, operands, log};
        status = c->run(&context);
    }
    config_free(&config);
    log_close(log);
    return status;
}

static bool wants_help(int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

int main(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "--help";
    if (strcmp(name, "renderer") == 0) /* hidden: the fenced child, see content/renderer.h */
        return renderer_child_main();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help();
        return argc > 1 ? EXIT_DONE : EXIT_USAGE;
    }
    if (strcmp(name, "--version") == 0) {
        printf("platen %s\n", PLATEN_VERSION);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, name) != 0)
            continue;
        if (wants_help(argc - 1, argv + 1))
            return print_command_help(&commands[i]);
        return run_command(&commands[i], argc - 1, argv + 1);
    }
    return unknown_command(name);
}
