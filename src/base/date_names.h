/* What the files date*.c share; of no use to others. Any thread may call. */
#ifndef PLATEN_BASE_DATE_NAMES_H
#define PLATEN_BASE_DATE_NAMES_H

#include "base/buf.h"

extern const char *const date_month_names[12]; /* "January"; the first three letters are "Jan" */
extern const char *const date_day_names[7];    /* "Sunday" */

/* Days in a month, 28..31; month 1..12. */
int date_month_days(int year, int month);

/* Appends +hh:mm or -hh:mm, `colon` being what stands between (":" or ""). */
int date_offset(struct buf *out, int offset, const char *colon);

/* "00" to "99". */
extern const char date_digits[200];

#endif
