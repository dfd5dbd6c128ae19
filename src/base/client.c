#include "base/client.h"

#include <curl/curl.h>

enum { CONNECT_S = 5 };

void client_setup(void) {
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Takes what has room and says it took all: the rest of a long answer is of no interest. */
static size_t take(char *bytes, size_t size, size_t n, void *arg) {
    struct buf *out = arg;
    size_t got = size * n;
    if (out != NULL && out->len < CLIENT_ANSWER_MAX) {
        size_t room = CLIENT_ANSWER_MAX - out->len;
        (void)buf_append(out, bytes, got < room ? got : room);
    }
    return got;
}

static struct curl_slist *list_headers(const char *const *headers) {
    struct curl_slist *list = NULL;
    for (size_t i = 0; headers != NULL && headers[i] != NULL; i++) {
        struct curl_slist *longer = curl_slist_append(list, headers[i]);
        if (longer == NULL)
            break;
        list = longer;
    }
    return list;
}

static void set_request(CURL *c, const struct client_request *q, struct curl_slist *headers,
                        struct buf *answer) {
    curl_easy_setopt(c, CURLOPT_URL, q->url);
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "platen");
    if (q->body != NULL) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body);
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->len);
    }
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)q->timeout_s);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, answer);
}

int client_ask(int *status, struct buf *answer, const struct client_request *q, struct error *err) {
    CURL *c = curl_easy_init();
    struct curl_slist *headers = list_headers(q->headers);
    char why[CURL_ERROR_SIZE] = "";
    long code = 0;
    if (c == NULL) {
        curl_slist_free_all(headers);
        return error_set(err, "out of memory");
    }
    set_request(c, q, headers, answer);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
    CURLcode rc = curl_easy_perform(c);
    if (rc == CURLE_OK)
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
    curl_slist_free_all(headers);
    curl_easy_cleanup(c);
    *status = (int)code;
    return rc == CURLE_OK ? 0 : error_set(err, "%s", *why != '\0' ? why : curl_easy_strerror(rc));
}
