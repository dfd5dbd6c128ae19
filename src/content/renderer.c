/* The parent's side: a pool of children, each with one document at a time.
 *
 * A slot is free, or busy in the hands of one renderer_run; only the choice of a slot is locked. The
 * child in it is started when it is first needed, has said hello before it gets a document (so that
 * its start is not charged to the document), and is replaced when a document was too much for it,
 * when it died, and after RECYCLE documents. The clock is ours: a child that does not answer in time
 * is killed, whatever it is doing. What comes back is checked as a stranger's bytes are: a child may
 * have been taken over by what it read.
 */
#include "content/renderer.h"

#include "base/clock.h"
#include "base/spawn.h"
#include "base/unicode.h"
#include "content/fence.h"
#include "content/frame.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint32_t frame_kinds[] = {[RENDER_POST] = FRAME_POST,
                                       [RENDER_SETTINGS] = FRAME_SETTINGS,
                                       [RENDER_PICTURE] = FRAME_PICTURE};

/* What a document costs is told by processor time: by the wall a machine that has much to do would
 * refuse what it takes on a quiet day. The wall's limit is for a child that hangs. */
enum {
    TIMEOUT_MS = 800,
#ifdef PLATEN_SANITIZE
    CHECKS_COST = 4, /* a build with sanitizers takes so many times as long */
#else
    CHECKS_COST = 1,
#endif
    STALL_FACTOR = 10,
    HELLO_MS = 10000,
    DEATH_MS = 1000, /* between the end of a child's stream and the end of the child */
    RECYCLE = 5000,
    CHILDREN_MAX = 256,
    KEEP = 1024 * 1024, /* a larger receive buffer is not kept */
    ANSWER_MAX = 64 * 1024 * 1024,
    META_MAX = 8 * 1024 * 1024, /* parsing it is the parent's time */
    SOURCE_MAX = 64 * 1024 * 1024
};
static const size_t default_memory = (size_t)256 << 20U;
static const size_t default_source = (size_t)4 << 20U;

struct child {
    struct spawn process; /* pid 0: not started */
    struct buf in;
    unsigned documents; /* done since it was started */
    bool busy;
};

struct renderer {
    struct renderer_options o; /* with the defaults filled in */
    char *program;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    struct child *children;
    bool warned; /* the fence's weakness has been logged */
};

/* --- one child --- */

static void stop(struct child *c) {
    spawn_stop(&c->process);
    spawn_none(&c->process);
    c->documents = 0;
}

static void warn_once(struct renderer *r, struct slice state, struct slice why) {
    bool first;

    if (slice_eq(state, "full"))
        return;
    pthread_mutex_lock(&r->lock);
    first = !r->warned;
    r->warned = true;
    pthread_mutex_unlock(&r->lock);
    if (first && slice_eq(state, "limits"))
        log_warn(r->o.log, "renderer: %.*s; only resource limits hold", (int)why.len, why.ptr);
    else if (first)
        log_debug(r->o.log, "renderer: %.*s", (int)why.len, why.ptr);
}

/* Why the child ended, in the words of the error. */
static int ended(struct renderer *r, struct child *c, struct error *err) {
    int status = 0;

    if (spawn_wait(&c->process, DEATH_MS, &status) != 0)
        return error_set(err, "the renderer stopped answering");
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
        return error_set(err, "needs more memory to render than the limit of %zu MB",
                         r->o.memory >> 20U);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
        return error_set(err, "took longer than %u ms", r->o.timeout_ms);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        return error_set(err, "the renderer was stopped at a forbidden system call");
    if (WIFSIGNALED(status))
        return error_set(err, "the renderer was ended by signal %d (%s)", WTERMSIG(status),
                         sigabbrev_np(WTERMSIG(status)) != NULL ? sigabbrev_np(WTERMSIG(status))
                                                                : "unknown");
    return error_set(err, "the renderer ended with status %d", WEXITSTATUS(status));
}

/* Turns what went wrong on the wire into an error; the child is gone afterwards. */
static int broken(struct renderer *r, struct child *c, enum frame_result why, unsigned ms,
                  struct error *err) {
    if (why == FRAME_LATE)
        (void)error_set(err, "took longer than %u ms", ms);
    else if (why == FRAME_END)
        (void)ended(r, c, err);
    else
        (void)error_set(err, "the renderer answered with something that is no answer");
    stop(c);
    return -1;
}

static int spawn_child(struct renderer *r, struct child *c, struct error *err) {
    static const char *const argv[] = {"platen", "renderer", NULL};
    const struct spawn_options o = {
        .path = r->program,
        .argv = argv,
        .in = SPAWN_SOCKET,
        .out = SPAWN_SOCKET,
#ifdef PLATEN_SANITIZE
        .err = SPAWN_INHERIT,
#else
        .err = SPAWN_NULL,
#endif
    };
    return spawn_start(&c->process, &o, err);
}

/* Says hello: the limits there, the state of the fence back. */
static int greet(struct renderer *r, struct child *c, struct error *err) {
    const int64_t deadline = clock_mono_ms() + HELLO_MS;
    char limits[128];
    struct frame hello = {.kind = FRAME_HELLO};
    struct frame answer;
    enum frame_result got;

    (void)snprintf(limits, sizeof limits, "{\"memory\":%zu,\"timeout_ms\":%u,\"stall_ms\":%u}",
                   r->o.memory, r->o.timeout_ms * CHECKS_COST, r->o.stall_ms);
    hello.part[0] = slice_of(limits);
    got = frame_send(c->process.in, &hello, deadline);
    if (got == FRAME_OK)
        got = frame_receive(c->process.out, &answer, &c->in, deadline);
    if (got != FRAME_OK)
        return broken(r, c, got, HELLO_MS, err);
    if (answer.kind != FRAME_HELLO) {
        (void)error_set(err, "%.*s", (int)answer.part[0].len, answer.part[0].ptr);
        stop(c);
        return -1;
    }
    warn_once(r, answer.part[0], answer.part[1]);
    return 0;
}

/* Makes sure that a child lives in the slot. One that died while it had nothing to do, or has done
 * its share, is replaced. */
static int ready(struct renderer *r, struct child *c, struct error *err) {
    if (c->process.pid != 0 && (c->documents >= RECYCLE || spawn_wait(&c->process, 0, NULL) == 0))
        stop(c);
    if (c->process.pid != 0)
        return 0;
    if (spawn_child(r, c, err) != 0 || greet(r, c, err) != 0)
        return error_prefix(err, "the renderer could not be started");
    return 0;
}

/* --- one document --- */

static bool is_text(struct slice s) {
    return memchr(s.ptr, '\0', s.len) == NULL && unicode_valid(s.ptr, s.len, NULL);
}

/* Takes a document out of the answer. -1: it is none. */
static int accept_document(struct document *out, const struct frame *f) {
    const struct slice html = f->part[1];
    const struct slice text = f->part[2];

    if (f->part[0].len > META_MAX || !is_text(html) || !is_text(text) ||
        json_read(&out->meta, f->part[0].ptr, f->part[0].len, NULL) != 0)
        return -1;
    out->html = strndup(html.ptr, html.len);
    out->html_len = html.len;
    out->text = strndup(text.ptr, text.len);
    out->text_len = text.len;
    if (json_is_object(out->meta) && out->html != NULL && out->text != NULL)
        return 0;
    document_free(out);
    return -1;
}

static int refused(const struct frame *f, struct error *err) {
    if (f->line > 0)
        return error_at(err, f->line, f->column, "%.*s", (int)f->part[0].len, f->part[0].ptr);
    return error_set(err, "%.*s", (int)f->part[0].len, f->part[0].ptr);
}

static int exchange(struct renderer *r, struct child *c, const struct frame *request,
                    struct document *out, struct error *err) {
    const int64_t deadline = clock_mono_ms() + r->o.stall_ms;
    struct frame answer;
    enum frame_result got = frame_send(c->process.in, request, deadline);

    /* A child that ends while it is being written to may have answered before. */
    if (got == FRAME_OK || got == FRAME_END)
        got = frame_receive(c->process.out, &answer, &c->in, deadline);
    if (got != FRAME_OK)
        return broken(r, c, got, r->o.stall_ms, err);
    c->documents++;
    if (answer.kind == FRAME_REFUSED && is_text(answer.part[0]))
        return refused(&answer, err);
    if (answer.kind != FRAME_DONE || accept_document(out, &answer) != 0)
        return broken(r, c, FRAME_BAD, 0, err);
    return 0;
}

/* Grammars are foreign tables, and a document that took a child down may be well without colours: one
 * with a code block gets a second child and no colours. */
static int attempt(struct renderer *r, struct child *c, struct frame *request, struct document *out,
                   struct error *err) {
    const struct slice source = request->part[2];

    if (ready(r, c, err) != 0)
        return -1;
    if (exchange(r, c, request, out, err) == 0)
        return 0;
    if (c->process.pid != 0 || request->kind != FRAME_POST ||
        (memmem(source.ptr, source.len, "```", 3) == NULL &&
         memmem(source.ptr, source.len, "~~~", 3) == NULL))
        return -1;
    request->line = FRAME_PLAIN;
    return ready(r, c, err) == 0 ? exchange(r, c, request, out, err) : -1;
}

/* --- the pool --- */

/* A free slot, best one whose child runs; waits for one. */
static struct child *take(struct renderer *r) {
    struct child *found = NULL;

    pthread_mutex_lock(&r->lock);
    for (;;) {
        for (unsigned i = 0; i < r->o.children; i++) {
            struct child *c = &r->children[i];
            if (!c->busy && (found == NULL || (found->process.pid == 0 && c->process.pid != 0)))
                found = c;
        }
        if (found != NULL)
            break;
        pthread_cond_wait(&r->freed, &r->lock);
    }
    found->busy = true;
    pthread_mutex_unlock(&r->lock);
    return found;
}

static void give_back(struct renderer *r, struct child *c) {
    if (c->in.cap > KEEP)
        buf_free(&c->in);
    pthread_mutex_lock(&r->lock);
    c->busy = false;
    pthread_cond_signal(&r->freed);
    pthread_mutex_unlock(&r->lock);
}

int renderer_run(struct renderer *r, const struct render_request *q, struct document *out,
                 struct error *err) {
    struct frame request = {
        .kind = frame_kinds[q->kind],
        .part = {slice_of(q->path), slice_of(NULL), slice_n(q->source, q->len)}};
    struct buf options;
    struct child *c;
    int rc = 0;

    *out = (struct document){0};
    if (q->len > r->o.max_source)
        return error_set(err, "the file has %.1f MB, more than the limit of %.1f MB",
                         (double)q->len / 1048576, (double)r->o.max_source / 1048576);
    buf_init(&options, KEEP);
    if (q->options != NULL) {
        rc = json_write(&options, q->options);
        request.part[1] = slice_n(options.data, options.len);
    }
    if (rc == 0) {
        c = take(r);
        rc = attempt(r, c, &request, out, err);
        give_back(r, c);
    } else {
        (void)error_set(err, "the options of a request are too large");
    }
    buf_free(&options);
    return rc;
}

static void fill_defaults(struct renderer_options *o) {
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    if (o->children == 0)
        o->children = cpus > 0 ? (unsigned)cpus : 1;
    if (o->children > CHILDREN_MAX)
        o->children = CHILDREN_MAX;
    if (o->timeout_ms == 0)
        o->timeout_ms = TIMEOUT_MS;
    if (o->stall_ms == 0)
        o->stall_ms = o->timeout_ms * STALL_FACTOR * CHECKS_COST;
    if (o->memory == 0)
        o->memory = default_memory;
    if (o->max_source == 0)
        o->max_source = default_source;
    if (o->max_source > SOURCE_MAX)
        o->max_source = SOURCE_MAX;
}

int renderer_open(struct renderer **out, const struct renderer_options *o, struct error *err) {
    struct renderer *r = calloc(1, sizeof *r);

    *out = NULL;
    if (r == NULL)
        return error_set(err, "renderer: out of memory");
    r->o = *o;
    fill_defaults(&r->o);
    r->program = strdup(o->program != NULL ? o->program : "/proc/self/exe");
    r->children = calloc(r->o.children, sizeof *r->children);
    if (r->program == NULL || r->children == NULL) {
        free(r->program);
        free(r->children);
        free(r);
        return error_set(err, "renderer: out of memory");
    }
    for (unsigned i = 0; i < r->o.children; i++) {
        spawn_none(&r->children[i].process);
        buf_init(&r->children[i].in, ANSWER_MAX);
    }
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->freed, NULL);
    *out = r;
    return 0;
}

void renderer_close(struct renderer *r) {
    if (r == NULL)
        return;
    for (unsigned i = 0; i < r->o.children; i++) {
        stop(&r->children[i]);
        buf_free(&r->children[i].in);
    }
    pthread_cond_destroy(&r->freed);
    pthread_mutex_destroy(&r->lock);
    free(r->children);
    free(r->program);
    free(r);
}
