/* A program of the build, not of the product: turns files into C.
 *
 *   embed files NAME STRIP ENDING FILE...   -> const struct embedded_file embedded_NAME[]
 *   embed statements-header FILE...         -> enum sql_statement, from "-- name: post_by_id" lines
 *   embed statements FILE...                -> const struct sql_text sql_texts[]
 *
 * STRIP is a folder cut off the front of names, ENDING an ending cut off their end ("" for none).
 * The result goes to standard output. Mistakes in SQL files are reported as file:line: message. */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_whole(const char *path, size_t *len) {
    FILE *f = fopen(path, "rb");
    char *data = NULL;
    size_t cap = 0, n = 0;
    if (f == NULL) {
        fprintf(stderr, "embed: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    for (;;) {
        if (n + 4096 > cap) {
            cap = cap == 0 ? 65536 : cap * 2;
            data = realloc(data, cap);
            if (data == NULL)
                exit(1);
        }
        size_t got = fread(data + n, 1, cap - n - 1, f);
        if (got == 0)
            break;
        n += got;
    }
    fclose(f);
    data[n] = '\0';
    *len = n;
    return data;
}

static uint64_t fnv1a(const char *data, size_t n) {
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)data[i]) * 0x100000001b3u;
    return h;
}

static void print_bytes(const char *data, size_t n) {
    for (size_t i = 0; i < n; i++)
        printf("%s%u,", i % 24 == 0 ? "\n" : "", (unsigned char)data[i]);
    printf("0");
}

static int embed_files(const char *set, const char *strip, const char *ending, int count,
                       char **paths) {
    size_t *lens = calloc((size_t)count + 1, sizeof *lens);
    uint64_t *hashes = calloc((size_t)count + 1, sizeof *hashes);
    if (lens == NULL || hashes == NULL) {
        free(lens);
        free(hashes);
        return 1;
    }
    printf("#include \"base/embed.h\"\n");
    for (int i = 0; i < count; i++) {
        char *data = read_whole(paths[i], &lens[i]);
        hashes[i] = fnv1a(data, lens[i]);
        printf("static const unsigned char file_%d[] = {", i);
        print_bytes(data, lens[i]);
        printf("};\n");
        free(data);
    }
    printf("const struct embedded_file embedded_%s[] = {\n", set);
    for (int i = 0; i < count; i++) {
        const char *name = paths[i];
        if (strncmp(name, strip, strlen(strip)) == 0)
            name += strlen(strip);
        size_t n = strlen(name), e = strlen(ending);
        if (e > 0 && n > e && strcmp(name + n - e, ending) == 0)
            n -= e;
        printf("    {\"%.*s\", file_%d, %zu, \"%016llx\"},\n", (int)n, name, i, lens[i],
               (unsigned long long)hashes[i]);
    }
    printf("    {0, 0, 0, 0},\n};\nconst size_t embedded_%s_count = %d;\n", set, count);
    free(lens);
    free(hashes);
    return 0;
}

struct statement {
    char name[64];
    char *text;
    const char *file;
    int line;
};

static struct statement statements[1024];
static size_t statement_count;

static void fail(const char *file, int line, const char *message) {
    fprintf(stderr, "%s:%d: %s\n", file, line, message);
    exit(1);
}

static void add_statement(const char *file, int line, const char *name, size_t n) {
    if (statement_count == sizeof statements / sizeof statements[0])
        fail(file, line, "too many statements");
    struct statement *s = &statements[statement_count];
    snprintf(s->name, sizeof s->name, "%.*s", (int)n, name);
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char)name[i]) && !isdigit((unsigned char)name[i]) && name[i] != '_')
            fail(file, line, "a statement's name holds a-z, 0-9 and _");
    for (size_t i = 0; i < statement_count; i++)
        if (strcmp(statements[i].name, s->name) == 0)
            fail(file, line, "a statement of this name is there already");
    s->text = calloc(1, 1);
    s->file = file;
    s->line = line;
    statement_count++;
}

static void add_line(const char *file, int line, const char *text, size_t n) {
    size_t lead = strspn(text, " \t");
    if (n <= lead || strncmp(text + lead, "--", 2) == 0)
        return;
    if (statement_count == 0)
        fail(file, line, "text before the first \"-- name:\"");
    struct statement *s = &statements[statement_count - 1];
    size_t had = strlen(s->text);
    s->text = realloc(s->text, had + n + 2);
    if (s->text == NULL)
        exit(1);
    memcpy(s->text + had, text, n);
    s->text[had + n] = '\n';
    s->text[had + n + 1] = '\0';
}

static void trim(struct statement *s) {
    size_t n = strlen(s->text);
    while (n > 0 && (isspace((unsigned char)s->text[n - 1]) || s->text[n - 1] == ';'))
        s->text[--n] = '\0';
    if (n == 0)
        fail(s->file, s->line, "the statement is empty");
}

static void read_statements(int count, char **paths) {
    static const char mark[] = "-- name:";
    for (int i = 0; i < count; i++) {
        size_t len;
        const char *text = read_whole(paths[i], &len);
        int line = 1;
        for (const char *p = text; *p != '\0'; line++) {
            size_t n = strcspn(p, "\n");
            if (strncmp(p, mark, sizeof mark - 1) == 0) {
                const char *name = p + sizeof mark - 1;
                name += strspn(name, " ");
                add_statement(paths[i], line, name, strcspn(name, " \n"));
            } else {
                add_line(paths[i], line, p, n);
            }
            p += n + (p[n] == '\n');
        }
    }
    for (size_t i = 0; i < statement_count; i++)
        trim(&statements[i]);
}

static int print_header(void) {
    printf("#ifndef PLATEN_GEN_SQL_STATEMENTS_H\n#define PLATEN_GEN_SQL_STATEMENTS_H\n\n"
           "enum sql_statement {\n");
    for (size_t i = 0; i < statement_count; i++) {
        printf("    SQL_");
        for (const char *p = statements[i].name; *p != '\0'; p++)
            putchar(toupper((unsigned char)*p));
        printf(", /* %s:%d */\n", statements[i].file, statements[i].line);
    }
    printf(
        "    SQL__MAX\n};\n\nstruct sql_text {\n    const char *name;\n    const char *text;\n};\n"
        "extern const struct sql_text sql_texts[SQL__MAX + 1];\n\n#endif\n");
    return 0;
}

static int print_statements(void) {
    printf(
        "#include \"gen/sql_statements.h\"\n\nconst struct sql_text sql_texts[SQL__MAX + 1] = {\n");
    for (size_t i = 0; i < statement_count; i++) {
        printf("    {\"%s\",\n     \"", statements[i].name);
        for (const char *p = statements[i].text; *p != '\0'; p++) {
            if (*p == '\n')
                printf("\\n\"\n     \"");
            else if (*p == '"' || *p == '\\')
                printf("\\%c", *p);
            else
                putchar(*p);
        }
        printf("\"},\n");
    }
    printf("    {0, 0},\n};\n");
    return 0;
}

int main(int argc, char **argv) {
    if (argc >= 5 && strcmp(argv[1], "files") == 0)
        return embed_files(argv[2], argv[3], argv[4], argc - 5, argv + 5);
    if (argc >= 2)
        read_statements(argc - 2, argv + 2);
    if (argc >= 2 && strcmp(argv[1], "statements-header") == 0)
        return print_header();
    if (argc >= 2 && strcmp(argv[1], "statements") == 0)
        return print_statements();
    fprintf(stderr, "embed: unknown use\n");
    return 64;
}
