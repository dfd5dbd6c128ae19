#include "ingest/ignore.h"

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

/* "[a-z]", "[!abc]" at p against c: where it ends, NULL when c is not of it or it has no end. */
static const char *class_has(const char *p, char c) {
    bool negated = p[1] == '!' || p[1] == '^', found = false;
    const char *s = p + 1 + negated;
    for (bool first = true; *s != '\0' && (*s != ']' || first); first = false, s++) {
        if (s[1] == '-' && s[2] != '\0' && s[2] != ']') {
            found = found || (c >= s[0] && c <= s[2]);
            s += 2;
        } else {
            found = found || c == *s;
        }
    }
    return *s == ']' && found != negated ? s + 1 : NULL;
}

struct globbing {
    struct matcher m;
    bool parts, leading;
};

static bool glob_here(struct globbing *g, const char *p, const char *s);

/* One or two stars at p: as few characters as will do. */
static bool glob_stars(struct globbing *g, const char *p, const char *s) {
    bool any = !g->parts || p[1] == '*';
    while (*p == '*')
        p++;
    if (any && g->parts && *p == '/' && glob_here(g, p + 1, s)) /* no folder is some folders */
        return true;
    for (;; s++) {
        if (glob_here(g, p, s))
            return true;
        if (*s == '\0' || (!any && *s == '/') || g->m.steps <= 0)
            return false;
    }
}

/* Its depth is at most the number of stars. */
static bool glob_here(struct globbing *g, const char *p, const char *s) {
    while (g->m.steps-- > 0) {
        bool here = *s != '\0' && !(g->parts && *s == '/');
        if (*p == '\0')
            return *s == '\0' || (g->leading && *s == '/');
        if (*p == '*')
            return glob_stars(g, p, s);
        if (*p == '?') {
            if (!here)
                return false;
            while (((unsigned char)s[1] & 0xc0) == 0x80) /* a character, not a byte */
                s++;
            p++;
        } else if (*p == '[') {
            p = here ? class_has(p, *s) : NULL;
            if (p == NULL)
                return false;
        } else {
            p += *p == '\\' && p[1] != '\0';
            if (*p++ != *s)
                return false;
        }
        s++;
    }
    return false;
}

bool ignore_glob_whole(const char *pattern, const char *text, bool parts, bool leading) {
    struct globbing g = {{STEPS_MAX}, parts, leading};
    return pattern != NULL && strlen(pattern) <= PATTERN_MAX && glob_here(&g, pattern, text);
}

bool ignore_glob(const char *pattern, const char *path) {
    const char *slash = strrchr(path, '/');
    if (pattern != NULL && strchr(pattern, '/') == NULL)
        return ignore_glob_whole(pattern, slash == NULL ? path : slash + 1, true, false);
    return ignore_glob_whole(pattern, path, true, false);
}
