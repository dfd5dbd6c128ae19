/* Time zones: any bytes as a TZif file, any text as a rule. What is taken must answer any time. */
#include "base/zone.h"
#include "base/zone_rule.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t times[] = {INT64_MIN,  INT64_C(-62135596800), -1,       0,
                                1662811200, INT64_C(253402300799), INT64_MAX};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct zone *z = NULL;
    if (zone_read(&z, "fuzz", data, size, NULL) == 0) {
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
            struct date d = date_at(times[i], zone_offset(z, times[i]));
            d.has_offset = false;
            (void)zone_seconds(z, &d, NULL);
        }
    }
    zone_free(z);
    struct zone_rule rule;
    char *text = strndup((const char *)data, size);
    if (zone_rule_parse(&rule, text) == 0) {
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
            int offset = zone_rule_offset(&rule, times[i]);
            if (offset < -26 * 60 || offset > 27 * 60) {
                abort();
            }
        }
    }
    free(text);
    return 0;
}
