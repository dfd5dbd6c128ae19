#include "base/client.h"

#include "base/text.h"

#include <curl/curl.h>
#include <string.h>

enum { CONNECT_S = 5 };

void client_setup(void) {
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* ---- the answer ---- */

struct sink {
    struct buf *out; /* NULL: nobody wants it */
    size_t got;
    const atomic_bool *stop;
};

static bool is_full(const struct sink *s) {
    return s->got >= CLIENT_ANSWER_MAX;
}

/* Takes what has room. A short count ends the transfer: the rest of a long answer is of no interest,
 * and may have no end. */
static size_t take(char *bytes, size_t size, size_t n, void *arg) {
    struct sink *s = arg;
    size_t got = size * n, left = CLIENT_ANSWER_MAX - s->got;
    size_t part = got < left ? got : left;
    s->got += part;
    if (s->out != NULL) {
        size_t room = s->out->max - s->out->len;
        (void)buf_append(s->out, bytes, part < room ? part : room);
    }
    return is_full(s) ? 0 : got;
}

static int is_stopped(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    const struct sink *s = arg;
    (void)a, (void)b, (void)c, (void)d;
    return s->stop != NULL && atomic_load(s->stop);
}

/* ---- the request ---- */

static int list_headers(struct curl_slist **out, const char *const *headers, struct error *err) {
    *out = NULL;
    for (size_t i = 0; headers != NULL && headers[i] != NULL; i++) {
        if (strpbrk(headers[i], "\r\n") != NULL)
            return error_set(err, "a header of the request has a line break in it");
        struct curl_slist *longer = curl_slist_append(*out, headers[i]);
        if (longer == NULL)
            return error_set(err, "out of memory");
        *out = longer;
    }
    return 0;
}

/* Not 0 when an option was not taken: without its bounds no request leaves. */
static int set_bounds(CURL *c, const struct client_request *q) {
    unsigned timeout = q->timeout_s != 0 ? q->timeout_s : CLIENT_TIMEOUT_S;
    CURLcode bad = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    bad |= curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    bad |= curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)timeout);
    /* a name server that does not answer is not waited for beyond that */
    bad |= curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
    return (int)bad;
}

static int set_request(CURL *c, const struct client_request *q, struct curl_slist *headers,
                       struct sink *sink) {
    CURLcode bad = curl_easy_setopt(c, CURLOPT_URL, q->url);
    bad |= curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
    if (strcmp(q->method, "HEAD") == 0) /* or a body would be waited for */
        bad |= curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    bad |= curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    bad |= curl_easy_setopt(c, CURLOPT_USERAGENT, "platen");
    if (q->body != NULL) {
        bad |= curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->len);
        bad |= curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body);
    }
    bad |= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
    bad |= curl_easy_setopt(c, CURLOPT_WRITEDATA, sink);
    bad |= curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L); /* or is_stopped is never asked */
    bad |= curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, is_stopped);
    bad |= curl_easy_setopt(c, CURLOPT_XFERINFODATA, sink);
    return (int)bad;
}

static int perform(int *status, CURL *c, const struct sink *sink, struct error *err) {
    char why[CURL_ERROR_SIZE] = "";
    long code = 0;
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
    CURLcode rc = curl_easy_perform(c);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, NULL);
    if (rc == CURLE_ABORTED_BY_CALLBACK)
        return error_set(err, "the request was stopped");
    if (rc != CURLE_OK && !(rc == CURLE_WRITE_ERROR && is_full(sink)))
        return error_set(err, "%s", *why != '\0' ? why : curl_easy_strerror(rc));
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
    *status = (int)code;
    return 0;
}

int client_ask(int *status, struct buf *answer, const struct client_request *q, struct error *err) {
    struct sink sink = {.out = answer, .stop = q->stop};
    struct curl_slist *headers = NULL;
    *status = 0;
    if (!text_starts(q->url, "http://") && !text_starts(q->url, "https://"))
        return error_set(err, "only http:// and https:// can be asked");
    CURL *c = curl_easy_init();
    int rc = c == NULL ? error_set(err, "out of memory") : list_headers(&headers, q->headers, err);
    if (rc == 0 && (set_bounds(c, q) != 0 || set_request(c, q, headers, &sink) != 0))
        rc = error_set(err, "the request could not be made: libcurl is too old, or out of memory");
    if (rc == 0)
        rc = perform(status, c, &sink, err);
    curl_easy_cleanup(c);
    curl_slist_free_all(headers);
    return rc;
}
