/* Runs a fuzzer's entry over files: its corpus as an ordinary test. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path) {
    enum { MAX = 4 << 20 };
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 1;
    }
    uint8_t *room = malloc(MAX);
    size_t n = room == NULL ? 0 : fread(room, 1, MAX, f);
    fclose(f);
    /* An exact copy, so that a read beyond the end is seen. */
    uint8_t *data = malloc(n > 0 ? n : 1);
    if (room == NULL || data == NULL)
        return 1;
    if (n > 0)
        memcpy(data, room, n);
    LLVMFuzzerTestOneInput(data, n);
    free(data);
    free(room);
    return 0;
}

int main(int argc, char **argv) {
    int failed = 0;
    for (int i = 1; i < argc; i++)
        failed += run_file(argv[i]);
    return failed != 0;
}
