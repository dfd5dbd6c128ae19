/* A line is built in one array on the stack and written with one write(2). The array is no larger
 * than what a pipe takes in one piece (PIPE_BUF), so the guarantee that lines do not mix holds for
 * pipes too. What comes from outside can neither end the line nor reach the terminal's controls. */
#include "base/log.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/unicode.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096
#define TAIL_BYTES 8 /* kept free for what closes the line */
static_assert(LINE_MAX_BYTES <= PIPE_BUF, "a line must fit one write to a pipe");

struct log {
    int fd;
    enum log_level level;
    enum log_format format;
    bool colour;
};

struct line {
    char text[LINE_MAX_BYTES];
    size_t len;
    bool full;
};

static const struct {
    const char *name;
    const char *padded;
    const char *colour;
} levels[] = {
    [LOG_LEVEL_DEBUG] = {"debug", "debug", "\033[2m"},
    [LOG_LEVEL_INFO] = {"info", "info ", "\033[32m"},
    [LOG_LEVEL_WARN] = {"warn", "warn ", "\033[33m"},
    [LOG_LEVEL_ERROR] = {"error", "error", "\033[31m"},
};

struct log *log_open(int fd, enum log_level level, enum log_format format) {
    struct log *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return NULL;
    }
    const char *plain = getenv("NO_COLOR"); /* no-color.org: any value that is not empty */
    l->fd = fd;
    l->colour = (plain == NULL || plain[0] == '\0') && isatty(fd) != 0;
    log_configure(l, level, format);
    return l;
}

void log_close(struct log *l) {
    free(l);
}

void log_configure(struct log *l, enum log_level level, enum log_format format) {
    if (l != NULL) {
        l->level = level;
        l->format = format;
    }
}

bool log_enabled(const struct log *l, enum log_level level) {
    return l != NULL && level >= l->level;
}

/* Adds n bytes if they fit whole; after the first that do not, nothing is added any more. */
static void add(struct line *out, const char *s, size_t n) {
    if (out->full || n > sizeof out->text - TAIL_BYTES - out->len) {
        out->full = true;
        return;
    }
    memcpy(out->text + out->len, s, n);
    out->len += n;
}

static void add_string(struct line *out, const char *s) {
    add(out, s, strlen(s));
}

/* What would end the line or steer a terminal: C0, DEL, C1, the line and paragraph separators, and
 * the marks that turn the direction of text (they make a line read as what it is not). */
static bool is_control(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void add_escaped(struct line *out, const char *s, size_t n, bool json) {
    for (size_t i = 0; i < n && !out->full;) {
        char escape[16];
        uint32_t c;
        size_t len = unicode_next(s + i, n - i, &c);
        bool broken = c == 0xfffd && len == 1; /* the real U+FFFD has three bytes */
        if (json && (c == '"' || c == '\\')) {
            snprintf(escape, sizeof escape, "\\%c", (char)c);
        } else if (c == '\n' || c == '\t' || c == '\r') {
            snprintf(escape, sizeof escape, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
        } else if (broken && !json) {
            snprintf(escape, sizeof escape, "\\x%02x", (unsigned)(unsigned char)s[i]);
        } else if (broken || is_control(c)) {
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)c);
        } else {
            add(out, s + i, len);
            i += len;
            continue;
        }
        add_string(out, escape);
        i += len;
    }
}

/* 2026-01-02T03:04:05.678Z */
static void add_time(struct line *out) {
    int64_t ms = clock_now_ms();
    struct date d = date_at(ms / 1000, 0);
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", d.year, d.month, d.day,
             d.hour, d.minute, d.second, (int)(ms % 1000));
    add_string(out, text);
}

static void build_json(struct line *out, enum log_level level, const char *request_id,
                       const char *message, size_t n) {
    add_string(out, "{\"time\":\"");
    add_time(out);
    add_string(out, "\",\"level\":\"");
    add_string(out, levels[level].name);
    if (request_id != NULL) {
        add_string(out, "\",\"request_id\":\"");
        add_escaped(out, request_id, strnlen(request_id, 128), true);
    }
    add_string(out, "\",\"message\":\"");
    add_escaped(out, message, n, true);
    memcpy(out->text + out->len, "\"}\n", 3);
    out->len += 3;
}

static void build_text(struct line *out, const struct log *l, enum log_level level,
                       const char *request_id, const char *message, size_t n) {
    add_time(out);
    add_string(out, " ");
    add_string(out, l->colour ? levels[level].colour : "");
    add_string(out, levels[level].padded);
    add_string(out, l->colour ? "\033[0m " : " ");
    if (request_id != NULL) {
        add_string(out, "[");
        add_escaped(out, request_id, strnlen(request_id, 128), false);
        add_string(out, "] ");
    }
    add_escaped(out, message, n, false);
    if (out->full) {
        memcpy(out->text + out->len, "...", 3);
        out->len += 3;
    }
    out->text[out->len++] = '\n';
}

/* A log that cannot be written has nobody to tell; the program goes on. */
static void write_line(int fd, const char *text, size_t n) {
    while (n > 0) {
        ssize_t wrote = write(fd, text, n);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return;
        }
        text += wrote;
        n -= (size_t)wrote;
    }
}

static void log_line(struct log *l, enum log_level level, const char *request_id, const char *fmt,
                     va_list args) PRINTF_LIKE(4, 0);

static void log_line(struct log *l, enum log_level level, const char *request_id, const char *fmt,
                     va_list args) {
    if (!log_enabled(l, level)) {
        return;
    }
    int code = errno;
    char message[LINE_MAX_BYTES];
    int n = vsnprintf(message, sizeof message, fmt, args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof message ? (size_t)n : sizeof message - 1;
    struct line out;
    out.len = 0;
    out.full = false;
    if (l->format == LOG_FORMAT_JSON) {
        build_json(&out, level, request_id, message, len);
    } else {
        build_text(&out, l, level, request_id, message, len);
    }
    write_line(l->fd, out.text, out.len);
    errno = code;
}

#define LOG_FUNCTION(name, level)                                                                  \
    void name(struct log *l, const char *fmt, ...) {                                               \
        va_list args;                                                                              \
        va_start(args, fmt);                                                                       \
        log_line(l, level, NULL, fmt, args);                                                       \
        va_end(args);                                                                              \
    }

LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)

void log_request(struct log *l, enum log_level level, const char *request_id, const char *fmt,
                 ...) {
    va_list args;
    va_start(args, fmt);
    log_line(l, level, request_id, fmt, args);
    va_end(args);
}
