/* Prints dates by a layout: Go's, which shows how the moment of reference (Monday, 2 January 2006,
 * 15:04:05, UTC-7) would be written, or strftime's, told by the '%'. The elements of both are rows
 * of tables; what is no element is printed as it stands. Times here are whole seconds: a layout's
 * fractions print as zeros (.000) or, where it says so (.999), not at all. */
#include "base/date.h"

#include "base/date_names.h"
#include "base/text.h"

#include <string.h>

enum kind {
    YEAR, /* numbers, up to WEEKDAY_ISO */
    YEAR2,
    CENTURY,
    MONTH,
    DAY,
    YEARDAY,
    HOUR,
    HOUR12,
    MINUTE,
    SECOND,
    WEEKDAY,
    WEEKDAY_ISO,
    MONTH_NAME,
    MONTH_SHORT,
    DAY_NAME,
    DAY_SHORT,
    HALF_UPPER,
    HALF_LOWER,
    ZONE_NAME,
    OFFSET,
    OFFSET_COLON,
    OFFSET_HOURS,
};

struct element {
    const char *text; /* how the layout writes it */
    enum kind kind;
    char pad;  /* numbers: '0' or ' ' up to width; 0 for none */
    int width; /* offsets: 'Z' in pad means that UTC prints as Z */
};

static int value_of(enum kind kind, const struct date *d) {
    switch (kind) {
    case YEAR:
        return d->year;
    case YEAR2:
        return d->year % 100;
    case CENTURY:
        return d->year / 100;
    case MONTH:
        return d->month;
    case DAY:
        return d->day;
    case YEARDAY:
        return date_yearday(d);
    case HOUR:
        return d->hour;
    case HOUR12:
        return d->hour % 12 == 0 ? 12 : d->hour % 12;
    case MINUTE:
        return d->minute;
    case SECOND:
        return d->second;
    case WEEKDAY:
        return date_weekday(d);
    default: /* WEEKDAY_ISO */
        return date_weekday(d) == 0 ? 7 : date_weekday(d);
    }
}

/* +06:00, +0600, or +06 where the hours alone lose nothing. */
static int put_offset(struct buf *out, enum kind kind, int offset) {
    if (kind == OFFSET_HOURS && offset % 60 == 0) {
        return buf_printf(out, "%c%02d", offset < 0 ? '-' : '+',
                          (offset < 0 ? -offset : offset) / 60);
    }
    return date_offset(out, offset, kind == OFFSET_COLON ? ":" : "");
}

enum { USUAL_STEPS = 8, USUAL_BYTES = 16 /* a step's at most */ };

/* Writes what most layouts consist of, where there is room for USUAL_BYTES, and returns its end; NULL: it is none of
 * that. */
static char *write_usual(char *to, const struct element *e, const struct date *d) {
    const char *month = date_month_names[d->month - 1];
    switch (e->kind) {
    case MONTH_NAME:
        return mempcpy(to, month, strlen(month));
    case MONTH_SHORT:
        return mempcpy(to, month, 3);
    case DAY:
        memcpy(to, date_digits + d->day * 2, 2);
        if (e->pad == '0' || d->day >= 10)
            return to + 2;
        to[0] = e->pad == ' ' ? ' ' : to[1];
        return to + (e->pad == ' ' ? 2 : 1);
    case YEAR:
        if (e->pad != '0' && d->year < 1000)
            return NULL;
        memcpy(to, date_digits + d->year / 100 * 2, 2);
        memcpy(to + 2, date_digits + d->year % 100 * 2, 2);
        return to + 4;
    default:
        return NULL;
    }
}

static int put(struct buf *out, const struct element *e, const struct date *d) {
    char memory[USUAL_BYTES];
    const char *end = write_usual(memory, e, d);
    if (end != NULL)
        return buf_append(out, memory, (size_t)(end - memory));
    switch (e->kind) {
    case DAY_NAME:
        return buf_puts(out, date_day_names[date_weekday(d)]);
    case DAY_SHORT:
        return buf_append(out, date_day_names[date_weekday(d)], 3);
    case HALF_UPPER:
        return buf_puts(out, d->hour < 12 ? "AM" : "PM");
    case HALF_LOWER:
        return buf_puts(out, d->hour < 12 ? "am" : "pm");
    case ZONE_NAME: /* of a zone we know only the offset */
        return d->offset == 0 ? buf_puts(out, "UTC") : put_offset(out, OFFSET, d->offset);
    case OFFSET:
    case OFFSET_COLON:
    case OFFSET_HOURS:
        return e->pad == 'Z' && d->offset == 0 ? buf_putc(out, 'Z')
                                               : put_offset(out, e->kind, d->offset);
    default:
        break;
    }
    int n = value_of(e->kind, d);
    return e->pad == ' ' ? buf_printf(out, "%*d", e->width, n)
                         : buf_put_int(out, n, e->pad == 0 ? 0 : e->width);
}

/* Longer texts stand before those they begin with. go_firsts has the first character of each. */
static const char go_firsts[] = "JJMMM22000000011__345PpZZZ---";
static const struct element go_elements[] = {
    {"January", MONTH_NAME, 0, 0},
    {"Jan", MONTH_SHORT, 0, 0},
    {"Monday", DAY_NAME, 0, 0},
    {"Mon", DAY_SHORT, 0, 0},
    {"MST", ZONE_NAME, 0, 0},
    {"2006", YEAR, '0', 4},
    {"2", DAY, 0, 0},
    {"002", YEARDAY, '0', 3},
    {"01", MONTH, '0', 2},
    {"02", DAY, '0', 2},
    {"03", HOUR12, '0', 2},
    {"04", MINUTE, '0', 2},
    {"05", SECOND, '0', 2},
    {"06", YEAR2, '0', 2},
    {"15", HOUR, '0', 2},
    {"1", MONTH, 0, 0},
    {"__2", YEARDAY, ' ', 3},
    {"_2", DAY, ' ', 2},
    {"3", HOUR12, 0, 0},
    {"4", MINUTE, 0, 0},
    {"5", SECOND, 0, 0},
    {"PM", HALF_UPPER, 0, 0},
    {"pm", HALF_LOWER, 0, 0},
    {"Z07:00", OFFSET_COLON, 'Z', 0},
    {"Z0700", OFFSET, 'Z', 0},
    {"Z07", OFFSET_HOURS, 'Z', 0},
    {"-07:00", OFFSET_COLON, 0, 0},
    {"-0700", OFFSET, 0, 0},
    {"-07", OFFSET_HOURS, 0, 0},
};
_Static_assert(sizeof go_firsts == sizeof go_elements / sizeof go_elements[0] + 1,
               "a character each");

/* The element that the layout begins with, or NULL (Go's nextStdChunk). */
static const struct element *go_element(const char *layout) {
    if (text_starts(layout, "_2006")) {
        return NULL; /* an underscore before a year, not a padded day */
    }
    const char *first = layout[0] == '\0' ? NULL : strchr(go_firsts, layout[0]);
    for (; first != NULL && *first == layout[0]; first++) {
        const struct element *e = &go_elements[first - go_firsts];
        if (!text_starts(layout, e->text)) {
            continue;
        }
        char next = layout[strlen(e->text)];
        bool inside_word = next >= 'a' && next <= 'z';
        if (inside_word && (e->kind == MONTH_SHORT || e->kind == DAY_SHORT)) {
            continue; /* "Monde", "Janet" */
        }
        return e;
    }
    return NULL;
}

/* Length of a fraction of a second (".000", ",999") that the layout begins with, or 0. */
static size_t go_fraction(const char *layout) {
    if ((layout[0] != '.' && layout[0] != ',') || (layout[1] != '0' && layout[1] != '9')) {
        return 0;
    }
    size_t n = 1;
    while (layout[n] == layout[1]) {
        n++;
    }
    return text_is_digit(layout[n]) ? 0 : n;
}

/* The layout's next part; its length in it. */
static size_t go_step(struct date_step *out, const char *layout) {
    const struct element *e = go_element(layout);
    if (e != NULL) {
        *out = (struct date_step){.element = e};
        return strlen(e->text);
    }
    size_t fraction = go_fraction(layout);
    if (fraction > 0) {
        *out = (struct date_step){.text = layout, .len = layout[1] == '0' ? fraction : 0};
        return fraction;
    }
    *out = (struct date_step){.text = layout, .len = 1};
    return 1;
}

static void print_step(struct buf *out, const struct date_step *s, const struct date *d) {
    if (s->element != NULL)
        (void)put(out, s->element, d);
    else
        (void)buf_append(out, s->text, s->len);
}

static void go_layout(struct buf *out, const char *layout, const struct date *d) {
    while (*layout != '\0' && buf_ok(out)) {
        struct date_step s;
        layout += go_step(&s, layout);
        print_step(out, &s, d);
    }
}

static const struct element strftime_elements[] = {
    {"Y", YEAR, '0', 4},        {"y", YEAR2, '0', 2},     {"C", CENTURY, '0', 2},
    {"m", MONTH, '0', 2},       {"d", DAY, '0', 2},       {"e", DAY, ' ', 2},
    {"j", YEARDAY, '0', 3},     {"H", HOUR, '0', 2},      {"k", HOUR, ' ', 2},
    {"I", HOUR12, '0', 2},      {"l", HOUR12, ' ', 2},    {"M", MINUTE, '0', 2},
    {"S", SECOND, '0', 2},      {"w", WEEKDAY, 0, 0},     {"u", WEEKDAY_ISO, 0, 0},
    {"B", MONTH_NAME, 0, 0},    {"b", MONTH_SHORT, 0, 0}, {"h", MONTH_SHORT, 0, 0},
    {"A", DAY_NAME, 0, 0},      {"a", DAY_SHORT, 0, 0},   {"p", HALF_UPPER, 0, 0},
    {"P", HALF_LOWER, 0, 0},    {"Z", ZONE_NAME, 0, 0},   {"z", OFFSET, 0, 0},
    {":z", OFFSET_COLON, 0, 0},
};

/* Short forms for several elements, and characters that a layout cannot hold plainly. */
static const struct {
    char letter;
    const char *layout;
} strftime_groups[] = {
    {'F', "%Y-%m-%d"}, {'T', "%H:%M:%S"}, {'R', "%H:%M"},
    {'D', "%m/%d/%y"}, {'n', "\n"},       {'t', "\t"},
};

static const char *strftime_group(char letter) {
    for (size_t i = 0; i < sizeof strftime_groups / sizeof strftime_groups[0]; i++) {
        if (strftime_groups[i].letter == letter) {
            return strftime_groups[i].layout;
        }
    }
    return NULL;
}

/* Prints the element behind a '%' and returns the length of what names it; 0 when there is none.
 * Between the two may stand a flag of GNU's: '-' no padding, '_' spaces, '0' zeros. */
static size_t strftime_element(struct buf *out, const char *at, const struct date *d) {
    size_t flag = *at == '-' || *at == '_' || *at == '0' ? 1 : 0;
    for (size_t i = 0; i < sizeof strftime_elements / sizeof strftime_elements[0]; i++) {
        struct element e = strftime_elements[i];
        if (text_starts(at + flag, e.text)) {
            if (flag > 0 && e.kind <= WEEKDAY_ISO) {
                e.pad = *at == '-' ? '\0' : *at == '_' ? ' ' : '0';
            }
            (void)put(out, &e, d);
            return flag + strlen(e.text);
        }
    }
    return 0;
}

static void strftime_layout(struct buf *out, const char *layout, const struct date *d) {
    while (*layout != '\0' && buf_ok(out)) {
        size_t plain = strcspn(layout, "%");
        (void)buf_append(out, layout, plain);
        layout += plain;
        if (*layout == '\0') {
            return;
        }
        const char *group = strftime_group(layout[1]);
        size_t n = group == NULL ? strftime_element(out, layout + 1, d) : 1;
        for (; group != NULL && *group != '\0'; group++) {
            if (*group == '%') {
                group += strftime_element(out, group + 1, d);
            } else {
                (void)buf_putc(out, *group);
            }
        }
        if (n == 0) {
            (void)buf_putc(out, '%'); /* "%%", a '%' at the end, or something unknown */
            n = layout[1] == '%' ? 1 : 0;
        }
        layout += 1 + n;
    }
}

/* Hugo's names for layouts that depend on the language; in English. */
static const struct {
    const char *name;
    const char *layout;
} named_layouts[] = {
    {":date_full", "Monday, January 2, 2006"},
    {":date_long", "January 2, 2006"},
    {":date_medium", "Jan 2, 2006"},
    {":date_short", "1/2/06"},
    {":time_full", "3:04:05 pm MST"},
    {":time_long", "3:04:05 pm MST"},
    {":time_medium", "3:04:05 pm"},
    {":time_short", "3:04 pm"},
};

static const char *unnamed(const char *layout) {
    for (size_t i = 0; *layout == ':' && i < sizeof named_layouts / sizeof named_layouts[0]; i++) {
        if (strcmp(layout, named_layouts[i].name) == 0) {
            return named_layouts[i].layout;
        }
    }
    return layout;
}

static int put_layout(struct buf *out, const char *layout, const struct date *d) {
    layout = unnamed(layout);
    if (strchr(layout, '%') != NULL) {
        strftime_layout(out, layout, d);
    } else {
        go_layout(out, layout, d);
    }
    return buf_ok(out) ? 0 : -1;
}

int date_layout(struct buf *out, const char *layout, int64_t seconds, int offset) {
    struct date d = date_at(seconds, offset);
    return put_layout(out, layout, &d);
}

void date_form_read(struct date_form *out, const char *layout) {
    *out = (struct date_form){.layout = unnamed(layout)};
    const char *at = strchr(out->layout, '%') != NULL ? "" : out->layout;
    while (*at != '\0') {
        struct date_step s, *last = out->count > 0 ? &out->steps[out->count - 1] : NULL;
        at += go_step(&s, at);
        if (last != NULL && s.element == NULL && last->element == NULL &&
            last->text + last->len == s.text) {
            last->len += s.len;
        } else if (out->count == DATE_STEPS) {
            out->count = 0;
            return;
        } else {
            out->steps[out->count++] = s;
        }
    }
}

/* How many bytes; 0: a step is none of the usual. */
static size_t write_all(char memory[USUAL_STEPS * USUAL_BYTES], const struct date_form *form,
                        const struct date *d) {
    char *to = memory;
    for (size_t i = 0; to != NULL && i < form->count; i++) {
        const struct date_step *s = &form->steps[i];
        if (s->element != NULL)
            to = write_usual(to, s->element, d);
        else
            to = s->len <= USUAL_BYTES ? mempcpy(to, s->text, s->len) : NULL;
    }
    return to == NULL ? 0 : (size_t)(to - memory);
}

int date_form_put(struct buf *out, const struct date_form *form, const struct date *d) {
    char memory[USUAL_STEPS * USUAL_BYTES];
    if (form->count == 0)
        return put_layout(out, form->layout, d);
    size_t n = form->count <= USUAL_STEPS ? write_all(memory, form, d) : 0;
    if (n > 0)
        return buf_append(out, memory, n);
    for (size_t i = 0; i < form->count; i++)
        print_step(out, &form->steps[i], d);
    return buf_ok(out) ? 0 : -1;
}

int date_form_print(struct buf *out, const struct date_form *form, int64_t seconds, int offset) {
    struct date d = date_at(seconds, offset);
    return date_form_put(out, form, &d);
}
