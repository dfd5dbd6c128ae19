/* See emoji.h. The names are GitHub's, as far as people type them; sorted by bytes. */
#include "content/emoji.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 32 };

static const struct emoji {
    const char *name;
    const char *text;
} emoji[] = {
#include "content/emoji_names.h"
};

static int compare(const void *name, const void *one) {
    return strcmp(name, ((const struct emoji *)one)->name);
}

/* The emoji of the name at s (n bytes), NULL when none has it. */
static const char *find(const char *s, size_t n) {
    char name[NAME_MAX_BYTES];
    if (n == 0 || n >= sizeof name)
        return NULL;
    memcpy(name, s, n);
    name[n] = '\0';
    const struct emoji *found =
        bsearch(name, emoji, sizeof emoji / sizeof emoji[0], sizeof emoji[0], compare);
    return found == NULL ? NULL : found->text;
}

int emoji_put(struct buf *out, const char *text) {
    for (const char *colon; (colon = strchr(text, ':')) != NULL;) {
        const char *name = colon + 1;
        size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_+-");
        const char *found = name[n] == ':' ? find(name, n) : NULL;
        buf_append(out, text, (size_t)(colon - text));
        buf_puts(out, found != NULL ? found : ":");
        text = found != NULL ? name + n + 1 : name;
    }
    return buf_puts(out, text);
}
