/* The log. One logger is made in main() before anything can want to log, so that level and format
 * hold from the first line, and is handed down. Lines go to standard error (or a given fd), one
 * write(2) each, so that lines of threads and processes never mix. Any thread may call everything
 * but log_open/close.
 *
 *   text: 2026-01-02T03:04:05.678Z info  import: 20 posts in 0.1 s
 *   json: {"time":"2026-01-02T03:04:05.678Z","level":"info","message":"..."}   (+ "request_id" when
 * given)
 *
 * Control characters in messages are escaped: a log line is one line. On a terminal, text levels
 * are coloured unless NO_COLOR is set. A NULL logger swallows everything (tests). */
#ifndef PLATEN_BASE_LOG_H
#define PLATEN_BASE_LOG_H

#include "base/error.h"

#include <stdbool.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

struct log;

/* Makes a logger that writes to fd (borrowed, not closed). NULL when memory is out. */
struct log *log_open(int fd, enum log_level level, enum log_format format);
void log_close(struct log *l);

bool log_enabled(const struct log *l, enum log_level level);

/* Changes level and format (after the options are read); before other threads start. */
void log_configure(struct log *l, enum log_level level, enum log_format format);

/* Writes one line; messages beyond 4 KB are cut. */
void log_debug(struct log *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_info(struct log *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_warn(struct log *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_error(struct log *l, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* As above for a line that belongs to a request (request_id may be NULL). */
void log_request(struct log *l, enum log_level level, const char *request_id, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

#endif
