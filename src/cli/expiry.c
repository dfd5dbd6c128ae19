/* "12h", "90d", "52w", "never": how long something lasts. */
#include "cli/cli.h"

#include "base/text.h"

#include <string.h>

int cli_expiry(int64_t *seconds, const char *text, struct error *err) {
    static const char units[] = "hdw";
    static const int64_t in_seconds[] = {3600, 24 * 3600, 7 * 24 * 3600};
    char digits[16];
    int64_t n;
    *seconds = 0;
    if (strcmp(text, "never") == 0)
        return 0;
    size_t len = strspn(text, "0123456789");
    const char *unit = text[len] != '\0' && text[len + 1] == '\0' ? strchr(units, text[len]) : NULL;
    if (len == 0 || len >= sizeof digits || unit == NULL)
        return error_set(err, "--expires \"%s\" must be as 12h, 90d, 52w or never", text);
    memcpy(digits, text, len);
    digits[len] = '\0';
    if (text_int(&n, digits, 1, 100000) != 0)
        return error_set(err, "--expires \"%s\" is too long", text);
    *seconds = n * in_seconds[unit - units];
    return 0;
}
