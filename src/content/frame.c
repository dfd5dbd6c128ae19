#include "content/frame.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { MAGIC = 0x504c4e31, FIRST_READ = 64 * 1024, LAST_KIND = FRAME_REFUSED };

struct head {
    uint32_t magic;
    uint32_t kind;
    int32_t line;
    int32_t column;
    uint32_t size[FRAME_PARTS];
};

/* Waits until fd is ready for `events`. Without a deadline the socket itself blocks. */
static enum frame_result wait_ready(int fd, short events, int64_t deadline) {
    for (;;) {
        struct pollfd p = {.fd = fd, .events = events};
        int64_t left = deadline - clock_mono_ms();
        int n;

        if (left <= 0)
            return FRAME_LATE;
        n = poll(&p, 1, left > 60000 ? 60000 : (int)left);
        if (n > 0)
            return FRAME_OK;
        if (n < 0 && errno != EINTR)
            return FRAME_BAD;
    }
}

/* What a failed send or receive means; FRAME_OK: try again. */
static enum frame_result after_failure(int fd, short events, int64_t deadline) {
    if (errno == EINTR)
        return FRAME_OK;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return wait_ready(fd, events, deadline);
    return errno == EPIPE || errno == ECONNRESET ? FRAME_END : FRAME_BAD;
}

/* Drops the first n bytes of the vector. */
static void advance(struct msghdr *m, size_t n) {
    while (m->msg_iovlen > 0 && n >= m->msg_iov[0].iov_len) {
        n -= m->msg_iov[0].iov_len;
        m->msg_iov++;
        m->msg_iovlen--;
    }
    if (m->msg_iovlen > 0) {
        m->msg_iov[0].iov_base = (char *)m->msg_iov[0].iov_base + n;
        m->msg_iov[0].iov_len -= n;
    }
}

enum frame_result frame_send(int fd, const struct frame *f, int64_t deadline) {
    const int flags = MSG_NOSIGNAL | (deadline >= 0 ? MSG_DONTWAIT : 0);
    struct head head = {.magic = MAGIC, .kind = f->kind, .line = f->line, .column = f->column};
    struct iovec iov[1 + FRAME_PARTS] = {{.iov_base = &head, .iov_len = sizeof head}};
    struct msghdr m = {.msg_iov = iov, .msg_iovlen = 1 + FRAME_PARTS};

    for (size_t i = 0; i < FRAME_PARTS; i++) {
        if (f->part[i].len > UINT32_MAX)
            return FRAME_BAD;
        head.size[i] = (uint32_t)f->part[i].len;
        /* sendmsg only reads, but its vector is not const. */
        memcpy(&iov[1 + i].iov_base, &f->part[i].ptr, sizeof iov[0].iov_base);
        iov[1 + i].iov_len = f->part[i].len;
    }
    while (m.msg_iovlen > 0) {
        ssize_t n = sendmsg(fd, &m, flags);
        if (n >= 0) {
            advance(&m, (size_t)n);
        } else {
            enum frame_result r = after_failure(fd, POLLOUT, deadline);
            if (r != FRAME_OK)
                return r;
        }
    }
    return FRAME_OK;
}

/* Receives until `in` holds at least n bytes; with `more`, takes what else is there already. */
static enum frame_result fill(int fd, struct buf *in, size_t n, bool more, int64_t deadline) {
    while (in->len < n) {
        size_t want = n - in->len;
        char *to;
        ssize_t got;

        if (more && want < FIRST_READ && in->max - in->len >= FIRST_READ)
            want = FIRST_READ;
        to = buf_room(in, want);
        if (to == NULL)
            return FRAME_BAD;
        if (deadline >= 0) {
            enum frame_result r = wait_ready(fd, POLLIN, deadline);
            if (r != FRAME_OK)
                return r;
        }
        got = recv(fd, to, want, deadline >= 0 ? MSG_DONTWAIT : 0);
        if (got == 0)
            return FRAME_END;
        if (got < 0) {
            enum frame_result r = after_failure(fd, POLLIN, deadline);
            if (r != FRAME_OK)
                return r;
            continue;
        }
        buf_added(in, (size_t)got);
    }
    return FRAME_OK;
}

/* The size of the frame whose head begins `in`; 0 when that is no head of ours. */
static size_t frame_size(struct head *head, const struct buf *in) {
    size_t size = sizeof *head;

    memcpy(head, in->data, sizeof *head);
    if (head->magic != MAGIC || head->kind == 0 || head->kind > LAST_KIND)
        return 0;
    for (size_t i = 0; i < FRAME_PARTS; i++)
        size += head->size[i];
    return size;
}

enum frame_result frame_receive(int fd, struct frame *f, struct buf *in, int64_t deadline) {
    struct head head;
    enum frame_result r;
    size_t size;
    const char *p;

    buf_clear(in);
    r = fill(fd, in, sizeof head, true, deadline);
    if (r != FRAME_OK)
        return r;
    size = frame_size(&head, in);
    if (size == 0 || size > in->max || in->len > size)
        return FRAME_BAD;
    r = fill(fd, in, size, false, deadline);
    if (r != FRAME_OK)
        return r;
    *f = (struct frame){.kind = head.kind, .line = head.line, .column = head.column};
    p = in->data + sizeof head;
    for (size_t i = 0; i < FRAME_PARTS; i++) {
        f->part[i] = slice_n(p, head.size[i]);
        p += head.size[i];
    }
    return FRAME_OK;
}
