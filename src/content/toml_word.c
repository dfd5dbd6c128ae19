/* The values that are one word: numbers, booleans, dates and times.
 *
 * A word is taken whole first and must then be one of the forms of the specification from end to
 * end, so that a date with a slip behind it is not half believed. Dates and times stay text: what
 * they mean (the zone of one that has none) is the reader's business. */
#include "content/toml_private.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 1024 };

/* ---- dates and times (RFC 3339, section 5.6) ---- */

enum when {
    NO_TIME,    /* no date or time at all */
    IMPOSSIBLE, /* one that no calendar or clock shows */
    TIME,
};

/* True when s begins with the shape, in which 'd' is a digit and all else itself. */
static bool shaped(const char *s, const char *shape) {
    for (size_t i = 0; shape[i] != '\0'; i++)
        if (shape[i] == 'd' ? !text_is_digit(s[i]) : s[i] != shape[i])
            return false;
    return true;
}

static int two(const char *s) {
    return (s[0] - '0') * 10 + (s[1] - '0');
}

static bool day_exists(const char *s) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = two(s) * 100 + two(s + 2), month = two(s + 5), day = two(s + 8);
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* "07:08:09.5" at s: where it ends, NULL when it is none. *exists turns false for 25:00:00. */
static const char *behind_clock(const char *s, bool *exists) {
    if (!shaped(s, "dd:dd:dd"))
        return NULL;
    if (two(s) > 23 || two(s + 3) > 59 || two(s + 6) > 60)
        *exists = false;
    s += 8;
    if (*s != '.')
        return s;
    if (!text_is_digit(*++s))
        return NULL;
    while (text_is_digit(*s))
        s++;
    return s;
}

static const char *behind_offset(const char *s, bool *exists) {
    if (*s == 'Z' || *s == 'z')
        return s + 1;
    if (*s != '+' && *s != '-')
        return s;
    if (!shaped(s + 1, "dd:dd"))
        return NULL;
    if (two(s + 1) > 23 || two(s + 4) > 59)
        *exists = false;
    return s + 6;
}

/* Which of the four forms: a time, a date, both, both with an offset. */
static enum when when_of(const char *word) {
    bool exists = true;
    const char *at = word;
    if (shaped(at, "dddd-dd-dd")) {
        exists = day_exists(at);
        at += 10;
        if (*at == 'T' || *at == 't' || *at == ' ') {
            at = behind_clock(at + 1, &exists);
            if (at != NULL)
                at = behind_offset(at, &exists);
        }
    } else {
        at = behind_clock(at, &exists);
    }
    if (at == NULL || *at != '\0')
        return NO_TIME;
    return exists ? TIME : IMPOSSIBLE;
}

/* ---- numbers ---- */

/* The digits of a number without '_', which may only stand between two digits. */
static int plain_digits(char *out, const char *word, bool hex) {
    size_t n = 0;
    for (const char *p = word; *p != '\0'; p++) {
        bool left = p > word && (hex ? text_hex(p[-1]) >= 0 : text_is_digit(p[-1]));
        bool right = hex ? text_hex(p[1]) >= 0 : text_is_digit(p[1]);
        if (*p != '_')
            out[n++] = *p;
        else if (!left || !right)
            return -1;
    }
    out[n] = '\0';
    return 0;
}

static json_t *based_integer(const char *word, int base) {
    char digits[WORD_MAX], *end;
    if (plain_digits(digits, word, true) != 0)
        return NULL;
    for (const char *p = digits; *p != '\0'; p++)
        if (text_hex(*p) < 0 || text_hex(*p) >= base) /* strtoll takes a sign, a second 0x or 0b */
            return NULL;
    errno = 0;
    long long v = strtoll(digits, &end, base);
    return *digits != '\0' && *end == '\0' && errno == 0 ? json_integer(v) : NULL;
}

static json_t *decimal(const char *digits, const char *word) {
    char *end;
    errno = 0;
    if (strpbrk(digits, ".eE") == NULL) {
        long long v = strtoll(digits, &end, 10);
        return *end == '\0' && errno == 0 ? json_integer(v) : NULL;
    }
    const char *dot = strchr(digits, '.');
    if (dot != NULL && (!text_is_digit(dot[1]) || dot == digits || !text_is_digit(dot[-1])))
        return NULL;
    double v = strtod(digits, &end);
    if (*end != '\0')
        return NULL;
    return isfinite(v) ? json_real(v) : json_string(word);
}

static json_t *number(const char *word) {
    char digits[WORD_MAX];
    const char *first = *word == '+' || *word == '-' ? word + 1 : word;
    if (first == word && *word == '0' && word[1] != '\0' && strchr("xob", word[1]) != NULL)
        return based_integer(word + 2, word[1] == 'x' ? 16 : word[1] == 'o' ? 8 : 2);
    if (!text_is_digit(*first) || (*first == '0' && (text_is_digit(first[1]) || first[1] == '_')) ||
        plain_digits(digits, word, false) != 0 ||
        strspn(digits, "0123456789+-.eE") != strlen(digits))
        return NULL;
    return decimal(digits, word);
}

static bool is_odd_float(const char *word) {
    const char *name = *word == '+' || *word == '-' ? word + 1 : word;
    return strcmp(name, "inf") == 0 || strcmp(name, "nan") == 0;
}

/* ---- the word ---- */

/* The word at the cursor; a date and a time may have one space between. */
static int take(struct toml *t, char word[WORD_MAX]) {
    size_t n = 0;
    while (n + 1 < WORD_MAX && t->at < t->end) {
        char c = *t->at;
        word[n] = '\0';
        bool between = c == ' ' && n == 10 && shaped(word, "dddd-dd-dd") && t->end - t->at > 3 &&
                       shaped(t->at + 1, "dd:");
        if (!toml_is_bare(c) && c != '+' && c != '.' && c != ':' && !between)
            break;
        word[n++] = c;
        t->at++;
    }
    word[n] = '\0';
    if (n > 0 && n + 1 < WORD_MAX)
        return 0;
    (void)toml_wrong(t, "a value is expected here");
    return -1;
}

static json_t *read_word(const char *word, bool keep_text) {
    bool truth = strcmp(word, "true") == 0;
    if (when_of(word) == TIME || is_odd_float(word))
        return json_string(word);
    json_t *v = truth || strcmp(word, "false") == 0 ? json_boolean(truth) : number(word);
    if (v == NULL || !keep_text)
        return v;
    json_decref(v);
    return json_string(word);
}

json_t *toml_word(struct toml *t) {
    char word[WORD_MAX] = "";
    const char *from = t->at;
    if (take(t, word) != 0)
        return NULL;
    json_t *v = read_word(word, t->keep_text);
    if (v != NULL)
        return v;
    t->at = from;
    if (when_of(word) == IMPOSSIBLE)
        (void)toml_wrong(t, "\"%.60s\" is no date: there is no such day or time", word);
    else
        (void)toml_wrong(t, "\"%.60s\" is no value: texts stand in quotes", word);
    return NULL;
}
