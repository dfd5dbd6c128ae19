/* See fields_scalar.h. */
#include "content/fields_scalar.h"

#include "base/text.h"

bool fields_scalar(struct buf *out, json_t *v) {
    bool gap = false;
    const char *s;
    size_t n;

    if (json_is_boolean(v))
        return buf_puts(out, json_is_true(v) ? "true" : "false") == 0;
    if (json_is_integer(v))
        return buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v)) == 0;
    if (json_is_real(v))
        return buf_printf(out, "%.15g", json_real_value(v)) == 0;
    if (!json_is_string(v))
        return false;
    s = json_string_value(v);
    n = json_string_length(v);
    for (size_t i = 0; i < n; i++) {
        if (text_is_space(s[i]) || (unsigned char)s[i] < 0x20 || s[i] == 0x7F) {
            gap = out->len > 0;
            continue;
        }
        if (gap)
            (void)buf_putc(out, ' ');
        gap = false;
        (void)buf_putc(out, s[i]);
    }
    return true;
}

int fields_truth(json_t *v) {
    static const char *const yes[] = {"true", "yes", "on"};
    static const char *const no[] = {"false", "no", "off"};

    if (json_is_boolean(v))
        return json_is_true(v);
    for (size_t i = 0; json_is_string(v) && i < 3; i++) {
        if (text_eq_nocase(json_string_value(v), yes[i]))
            return 1;
        if (text_eq_nocase(json_string_value(v), no[i]))
            return 0;
    }
    return -1;
}
