/* Memory of bodies that were sent, for the next ones (private to the http room): a page that is made for one request
 * costs neither a large allocation nor the growing of one. At most SPARES pieces wait, none larger than
 * SPARE_MAX. Any thread. */
#ifndef PLATEN_HTTP_SPARES_H
#define PLATEN_HTTP_SPARES_H

#include "base/buf.h"

#include <microhttpd.h>
#include <stdatomic.h>

enum { SPARES = 8, SPARE_MIN = 16 << 10, SPARE_MAX = 256 << 10 };

struct spares {
    _Atomic(struct spare *) slots[SPARES];
};

/* Gives b, which is empty, memory that waits, if some does. */
void spares_lend(struct spares *s, struct buf *b);

/* Takes b's memory, to wait or to be freed; b is empty afterwards. */
void spares_return(struct spares *s, struct buf *b);

/* An answer that sends what b holds (not nothing), with the memory that returns to s when it is sent: s must live as
 * long. b is empty afterwards. NULL when memory is out. */
struct MHD_Response *spares_response(struct spares *s, struct buf *b);

void spares_free(struct spares *s);

#endif
