#include "http/proxy.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOPS_MAX = 16 };

/* IPv4 is kept as IPv6 has it (::ffff:a.b.c.d), so that there is one kind. */
struct network {
    uint8_t address[16];
    unsigned bits;
};

struct proxy_list {
    bool local; /* Unix sockets */
    size_t n;
    struct network networks[];
};

/* 0 and the address, with *bits 32 or 128; -1: none. */
static int parse(uint8_t out[16], unsigned *bits, const char *text) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (inet_pton(AF_INET6, text, out) == 1) {
        *bits = 128;
        return 0;
    }
    memcpy(out, mapped, sizeof mapped);
    *bits = 32;
    return inet_pton(AF_INET, text, out + 12) == 1 ? 0 : -1;
}

static int parse_network(struct network *n, const char *text) {
    char address[64];
    const char *slash = strchr(text, '/');
    size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
    unsigned bits;
    int64_t prefix;
    if (len >= sizeof address)
        return -1;
    snprintf(address, sizeof address, "%.*s", (int)len, text);
    if (parse(n->address, &bits, address) != 0)
        return -1;
    prefix = bits;
    if (slash != NULL && text_int(&prefix, slash + 1, 0, bits) != 0)
        return -1;
    n->bits = (unsigned)prefix + (128 - bits);
    return 0;
}

int proxy_list_new(struct proxy_list **out, const char *const *texts, struct error *err) {
    size_t n = 0;
    while (texts[n] != NULL)
        n++;
    struct proxy_list *l = calloc(1, sizeof *l + n * sizeof l->networks[0]);
    if (l == NULL)
        return error_set(err, "the list of proxies: out of memory");
    for (size_t i = 0; i < n; i++) {
        if (strcmp(texts[i], "unix") == 0) {
            l->local = true;
        } else if (parse_network(&l->networks[l->n++], texts[i]) != 0) {
            free(l);
            return error_set(err,
                             "trusted proxy \"%s\": want an address (10.0.0.1), a network "
                             "(10.0.0.0/8, fd00::/8) or unix",
                             texts[i]);
        }
    }
    *out = l;
    return 0;
}

void proxy_list_free(struct proxy_list *l) {
    free(l);
}

static bool within(const struct network *n, const uint8_t address[16]) {
    unsigned whole = n->bits / 8, rest = n->bits % 8;
    if (memcmp(n->address, address, whole) != 0)
        return false;
    return rest == 0 || (n->address[whole] ^ address[whole]) >> (8 - rest) == 0;
}

bool proxy_trusted(const struct proxy_list *l, const char *address) {
    uint8_t bytes[16];
    unsigned bits;
    if (l == NULL)
        return false;
    if (strcmp(address, "unix") == 0)
        return l->local;
    if (l->n == 0 || parse(bytes, &bits, address) != 0)
        return false;
    for (size_t i = 0; i < l->n; i++)
        if (within(&l->networks[i], bytes))
            return true;
    return false;
}

/* Takes the last of the comma-separated addresses off: 0 and out, -1 when there is none such. */
static int take_last(struct slice *rest, char *out, size_t n) {
    size_t from = rest->len;
    uint8_t bytes[16];
    unsigned bits;
    while (from > 0 && rest->ptr[from - 1] != ',')
        from--;
    struct slice last = slice_trim(slice_n(rest->ptr + from, rest->len - from));
    rest->len = from > 0 ? from - 1 : 0;
    if (last.len == 0 || last.len >= n)
        return -1;
    snprintf(out, n, "%.*s", (int)last.len, last.ptr);
    return parse(bytes, &bits, out);
}

void proxy_client(const struct proxy_list *l, const char *forwarded, char *client, size_t n) {
    struct slice rest = slice_of(forwarded == NULL ? "" : forwarded);
    char hop[INET6_ADDRSTRLEN];
    for (int i = 0; i < HOPS_MAX && rest.len > 0 && proxy_trusted(l, client); i++) {
        if (take_last(&rest, hop, sizeof hop) != 0)
            return;
        snprintf(client, n, "%s", hop);
    }
}
