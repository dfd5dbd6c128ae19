#include "ingest/ignore.h"

#include <fnmatch.h>
#include <string.h>

enum { PATTERN_MAX = 256, STEPS_MAX = 100000, PATH_MAX_BYTES = 4096 };

struct matcher {
    int steps; /* left; a pattern that wants more does not match */
};

/* Length of the atom that the pattern begins with: a character, or one behind '\'. */
static int atom(const char *p) {
    return *p == '\\' && p[1] != '\0' ? 2 : 1;
}

static bool atom_is(const char *p, char c) {
    if (c == '\0')
        return false;
    return *p == '\\' && p[1] != '\0' ? p[1] == c : *p == '.' || *p == c;
}

/* The classic matcher: its depth is at most the length of the pattern, for '*' loops over the text. */
static bool match_here(struct matcher *m, const char *p, const char *s) {
    for (;;) {
        if (m->steps-- <= 0)
            return false;
        if (*p == '\0')
            return true;
        if (*p == '$' && p[1] == '\0')
            return *s == '\0';
        int n = atom(p);
        char how = p[n];
        if (how == '*' || how == '+' || how == '?') {
            int min = how == '+' ? 1 : 0, max = how == '?' ? 1 : 1 << 20, have = 0;
            while (have < max && atom_is(p, s[have]))
                have++;
            for (; have >= min; have--)
                if (match_here(m, p + n + 1, s + have))
                    return true;
            return false;
        }
        if (!atom_is(p, *s))
            return false;
        p += n;
        s++;
    }
}

bool ignore_understands(const char *pattern) {
    if (pattern == NULL || strlen(pattern) > PATTERN_MAX)
        return false;
    for (const char *p = pattern; *p != '\0'; p += atom(p)) {
        if (*p == '\\' && ((p[1] >= 'a' && p[1] <= 'z') || (p[1] >= 'A' && p[1] <= 'Z')))
            return false;
        if (strchr("()[]{}|", *p) != NULL || (*p == '^' && p != pattern))
            return false;
    }
    return true;
}

static bool matches(struct matcher *m, const char *pattern, const char *path) {
    if (*pattern == '^')
        return match_here(m, pattern + 1, path);
    for (const char *s = path; m->steps > 0; s++) {
        if (match_here(m, pattern, s))
            return true;
        if (*s == '\0')
            break;
    }
    return false;
}

bool ignore_regex(const char *pattern, const char *path) {
    struct matcher m = {STEPS_MAX};
    char folder[PATH_MAX_BYTES];
    size_t n = strlen(path);
    if (!ignore_understands(pattern))
        return false;
    if (matches(&m, pattern, path) || n >= sizeof folder)
        return m.steps > 0;
    memcpy(folder, path, n + 1);
    for (char *slash = strrchr(folder, '/'); slash != NULL; slash = strrchr(folder, '/')) {
        *slash = '\0';
        if (matches(&m, pattern, folder))
            return true;
    }
    return false;
}

bool ignore_glob(const char *pattern, const char *path) {
    const char *slash = strrchr(path, '/');
    if (pattern == NULL || strlen(pattern) > PATTERN_MAX)
        return false;
    if (strchr(pattern, '/') == NULL)
        return fnmatch(pattern, slash == NULL ? path : slash + 1, 0) == 0;
    return fnmatch(pattern, path, strstr(pattern, "**") != NULL ? 0 : FNM_PATHNAME) == 0;
}
