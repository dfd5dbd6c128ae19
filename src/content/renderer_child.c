/* The child's side: raises the fence, then one document after another until the end of input.
 *
 * A document that takes more processor time than it may have ends the child by SIGPROF. The child dies
 * with its parent: the read ends when the parent's end of the socket closes, and what hangs is ended
 * by an alarm that is far later than the pool's own deadline (the kernel's parent-death signal would
 * fire when the thread that started the child ends, which may be long before the process). */
#include "content/renderer.h"

#include "content/document.h"
#include "content/fence.h"
#include "content/frame.h"
#include "content/highlight.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    REQUEST_MAX = 68 * 1024 * 1024,
    META_MAX = 8 * 1024 * 1024,
    ORPHAN_SECONDS = 30, /* more than the pool would wait */
    KEEP = 1024 * 1024   /* a larger request buffer is not kept */
};

/* Milliseconds for one document. */
struct patience {
    int64_t timeout; /* of processor time */
    int64_t stall;   /* by the pool's clock */
};

/* The bounds of time of what follows; NULL: none. */
static void set_alarms(const struct patience *p) {
    const int64_t ms = p != NULL ? p->timeout : 0;
    const struct itimerval cpu = {
        .it_value = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000 * 1000)}};

    (void)setitimer(ITIMER_PROF, &cpu, NULL);
    (void)alarm(p != NULL ? ORPHAN_SECONDS + (unsigned)(p->stall / 1000) : 0);
}

static int send_answer(const struct frame *f) {
    return frame_send(STDOUT_FILENO, f, -1) == FRAME_OK ? 0 : -1;
}

static int refuse(const struct error *e) {
    struct frame f = {
        .kind = FRAME_REFUSED, .line = e->line, .column = e->column, .part = {slice_of(e->text)}};
    return send_answer(&f);
}

static int send_document(const struct document *d) {
    struct error why;
    struct buf meta;
    int rc;

    buf_init(&meta, META_MAX);
    if (json_write(&meta, d->meta) != 0) {
        (void)error_set(&why, "the document's data is too large");
        rc = refuse(&why);
    } else {
        struct frame f = {.kind = FRAME_DONE,
                          .part = {slice_n(meta.data, meta.len), slice_n(d->html, d->html_len),
                                   slice_n(d->text, d->text_len)}};
        rc = send_answer(&f);
    }
    buf_free(&meta);
    return rc;
}

/* One request, one answer. -1: the talk is over. */
static int answer(const struct frame *f, struct highlighter *highlighter) {
    struct document d;
    struct error why = {0};
    json_t *options = NULL;
    char path[1024];
    struct render_request q = {
        .kind = f->kind == FRAME_SETTINGS  ? RENDER_SETTINGS
                : f->kind == FRAME_PICTURE ? RENDER_PICTURE
                                           : RENDER_POST,
        .path = path,
        .source = f->part[2].ptr,
        .len = f->part[2].len,
        .highlighter = f->line == FRAME_PLAIN ? NULL : highlighter,
    };
    const size_t n = f->part[0].len < sizeof path ? f->part[0].len : sizeof path - 1;
    int rc;

    /* Of a long path the end is what counts. */
    memcpy(path, f->part[0].ptr + f->part[0].len - n, n);
    path[n] = '\0';
    if (f->part[1].len > 0 && json_read(&options, f->part[1].ptr, f->part[1].len, NULL) != 0)
        return -1;
    q.options = options;
    if (document_build(&d, &q, &why) != 0) {
        rc = refuse(&why);
    } else {
        rc = send_document(&d);
        document_free(&d);
    }
    json_decref(options);
    return rc;
}

/* The first frame: the limits. Raises the fence and says how it stands. */
static int greet(struct buf *in, struct patience *p) {
    static const char *const names[] = {"full", "limits", "none"};
    struct frame f;
    struct error why = {0};
    enum fence_state state = FENCE_NONE;
    json_t *limits;
    int64_t memory;

    if (frame_receive(STDIN_FILENO, &f, in, -1) != FRAME_OK || f.kind != FRAME_HELLO ||
        json_read(&limits, f.part[0].ptr, f.part[0].len, NULL) != 0)
        return FENCE_EXIT_BAD_FRAME;
    memory = json_get_int(limits, "memory", 0);
    p->timeout = json_get_int(limits, "timeout_ms", 0);
    p->stall = json_get_int(limits, "stall_ms", 0);
    json_decref(limits);
    json_object_seed(0); /* reads /dev/urandom, which cannot be reached later */
    if (memory <= 0 || fence_raise(&state, (size_t)memory, &why) != 0) {
        (void)refuse(&why);
        return FENCE_EXIT_FENCE;
    }
    f = (struct frame){.kind = FRAME_HELLO, .part = {slice_of(names[state]), slice_of(why.text)}};
    return send_answer(&f) == 0 ? 0 : FENCE_EXIT_BAD_FRAME;
}

/* A signal to the whole service is the parent's to answer: it lets running documents finish, and the
 * end of input is what ends us. */
static void leave_signals_to_parent(void) {
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)signal(signals[i], SIG_IGN);
}

int renderer_child_main(void) {
    struct buf in;
    struct frame f;
    enum frame_result r;
    struct highlighter *highlighter;
    struct patience patience = {0};
    int status;

    leave_signals_to_parent();
    (void)prctl(PR_SET_NAME, "platen-renderer", 0, 0, 0); /* not "exe", in ps and top */
    buf_init(&in, REQUEST_MAX);
    (void)alarm(ORPHAN_SECONDS);
    status = greet(&in, &patience);
    highlighter = highlighter_new();
    (void)alarm(0);
    while (status == 0) {
        r = frame_receive(STDIN_FILENO, &f, &in, -1);
        if (r != FRAME_OK ||
            (f.kind != FRAME_POST && f.kind != FRAME_SETTINGS && f.kind != FRAME_PICTURE)) {
            status = r == FRAME_END ? 0 : FENCE_EXIT_BAD_FRAME;
            break;
        }
        set_alarms(&patience);
        if (answer(&f, highlighter) != 0)
            status = FENCE_EXIT_BAD_FRAME;
        set_alarms(NULL);
        if (in.cap > KEEP)
            buf_free(&in);
    }
    highlighter_free(highlighter);
    buf_free(&in);
    return status;
}
