/* The clocks. Any thread may call. */
#ifndef PLATEN_BASE_CLOCK_H
#define PLATEN_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_now(void);     /* UTC seconds since 1970 */
int64_t clock_now_ms(void);  /* UTC milliseconds since 1970 */
int64_t clock_mono_ms(void); /* milliseconds that only go forward: deadlines and durations */
int64_t clock_mono_us(void);
int64_t clock_cpu_us(void); /* microseconds of processor time that the calling thread has had */

#endif
