#include "web/delivery.h"

#include "base/unicode.h"
#include "web/api.h"

#include <string.h>

/* Texts that are missing are null for programs; what others sent may be no text at all. */
static int put_text(json_t *o, const char *key, const char *text) {
    char clean[1024];
    if (text == NULL || *text == '\0')
        return json_put(o, key, json_null());
    unicode_line(clean, sizeof clean, text, strlen(text));
    return json_put_string(o, key, clean);
}

static int put_result(json_t *o, const char *text) {
    json_t *result = NULL;
    if (text != NULL && *text != '\0' && json_read(&result, text, strlen(text), NULL) != 0)
        result = NULL;
    return json_put(o, "result", result == NULL ? json_null() : result);
}

json_t *delivery_view(const struct delivery *d) {
    json_t *o = json_object();
    bool ignored = d->state == DELIVERY_IGNORED;
    int bad = json_put_int(o, "id", d->id);
    bad |= put_text(o, "host", d->host);
    bad |= put_text(o, "guid", d->guid);
    bad |= put_text(o, "event", d->event);
    bad |= json_put_string(o, "state", delivery_state_name(d->state));
    bad |= put_text(o, "ref", d->ref);
    bad |= put_text(o, "commit", d->commit);
    bad |= put_text(o, "repository", d->repository);
    bad |= put_text(o, "sender", d->sender);
    bad |= put_text(o, "title", d->title);
    bad |= put_text(o, "client", d->client);
    bad |= api_put_time(o, "received", d->received);
    bad |= api_put_time(o, "finished", d->finished);
    bad |= json_put_int(o, "attempts", d->attempts);
    bad |= api_put_time(o, "next_try", d->next_try);
    bad |= put_text(o, "applied", d->applied);
    bad |= json_put(o, "merged_into",
                    d->merged_into == 0 ? json_null() : json_integer(d->merged_into));
    bad |= put_text(o, "error", ignored ? "" : d->error);
    bad |= put_text(o, "note", ignored ? d->error : "");
    bad |= put_result(o, d->result);
    if (bad == 0)
        return o;
    json_decref(o);
    return NULL;
}

int delivery_view_collect(void *arg, const struct delivery *d) {
    json_t *array = arg;
    return json_array_append_new(array, delivery_view(d)) == 0 ? 0 : -1;
}

int delivery_view_one(void *arg, const struct delivery *d) {
    json_t **out = arg;
    *out = delivery_view(d);
    return *out == NULL ? -1 : 0;
}
