/* Requests put aside while something else works for them (see http_pause in http.h).
 *
 * A pause has two owners, the request and the application that will call http_resume. The
 * application's may last longer: when the server stops, it resumes by itself. Whoever comes first takes
 * `connection` and resumes it; who comes second finds it gone. */
#include "http/loop.h"
#include "http/private.h"

#include <stdlib.h>

struct http_pause {
    pthread_mutex_t lock;
    struct MHD_Connection *connection; /* NULL: resumed */
    struct loop *loop;                 /* its own */
    int owners;
};

static void wake(struct http_pause *p) {
    pthread_mutex_lock(&p->lock);
    if (p->connection != NULL) {
        loop_resume(p->loop, p->connection);
        loop_wake(p->loop);
    }
    p->connection = NULL;
    pthread_mutex_unlock(&p->lock);
}

static void leave(struct http_pause *p) {
    pthread_mutex_lock(&p->lock);
    bool last = --p->owners == 0;
    pthread_mutex_unlock(&p->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&p->lock);
    free(p);
}

struct http_pause *http_pause(const struct http_request *q, void *state,
                              void (*state_free)(void *state)) {
    struct http_request *r = (struct http_request *)(uintptr_t)q;
    struct http_pause *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    p->connection = r->connection;
    p->loop = r->loop;
    p->owners = 2;
    r->pause = p;
    r->paused = true;
    r->state = state;
    r->state_free = state_free;
    loop_suspend(r->loop, r->connection); /* before anybody can resume it */
    pthread_mutex_lock(&r->server->pauses_lock);
    r->next_paused = r->server->paused;
    r->server->paused = r;
    pthread_mutex_unlock(&r->server->pauses_lock);
    return p;
}

void http_resume(struct http_pause *p) {
    wake(p);
    leave(p);
}

void *http_request_state(const struct http_request *q) {
    return q->state;
}

void pause_over(struct http_request *r) {
    if (r->pause == NULL)
        return;
    pthread_mutex_lock(&r->server->pauses_lock);
    struct http_request **at = &r->server->paused;
    while (*at != NULL && *at != r)
        at = &(*at)->next_paused;
    if (*at == r)
        *at = r->next_paused;
    pthread_mutex_unlock(&r->server->pauses_lock);
    wake(r->pause); /* the connection went away meanwhile: nobody may resume it any more */
    leave(r->pause);
    r->pause = NULL;
}

void pauses_end(struct http_server *s) {
    pthread_mutex_lock(&s->pauses_lock);
    for (struct http_request *r = s->paused; r != NULL; r = r->next_paused)
        wake(r->pause);
    pthread_mutex_unlock(&s->pauses_lock);
}
