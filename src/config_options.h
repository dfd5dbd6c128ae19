/* The rows of the option table (private to config.c). */
#ifndef PLATEN_CONFIG_OPTIONS_H
#define PLATEN_CONFIG_OPTIONS_H

#include "config.h"

enum option_type {
    OPTION_TEXT,
    OPTION_URL,
    OPTION_LIST,
    OPTION_BOOL,
    OPTION_INT,
    OPTION_SIZE,
    OPTION_CHOICE
};

struct option {
    const char *name;
    enum option_type type;
    const char *arg; /* what --help calls the value */
    const char *def;
    int64_t min, max;
    const char *const *choices; /* OPTION_CHOICE: their order is the value */
    unsigned commands;
    size_t offset;
    const char *help;
};

enum { CONFIG_OPTION_MAX = 64 };
extern const struct option config_options[];
extern const size_t config_option_count;

#endif
