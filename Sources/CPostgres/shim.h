#pragma once
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>
#include <libpq-fe.h>
#ifdef __linux__
#include <sys/eventfd.h>
#endif

/// Opens what wakes a thread out of poll(): an eventfd, or a pipe where there are none. `fds[0]` is read, `fds[1]` written;
/// both may be one descriptor. 0, or an errno.
static inline int cpostgres_wakeup_open(int fds[2]) {
#ifdef __linux__
    fds[0] = fds[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fds[0] < 0 ? errno : 0;
#else
    if (pipe(fds) != 0) return errno;
    for (int i = 0; i < 2; i++) {
        fcntl(fds[i], F_SETFD, FD_CLOEXEC);
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
    }
    return 0;
#endif
}

/// Wakes whoever polls. A full pipe wakes too, so there is nothing to report.
static inline void cpostgres_wakeup_signal(int fd) {
    uint64_t one = 1;
    ssize_t written;
    do { written = write(fd, &one, sizeof one); } while (written < 0 && errno == EINTR);
}

/// Takes the signals that have come.
static inline void cpostgres_wakeup_clear(int fd) {
    uint64_t signals[16];
    ssize_t got;
    do { got = read(fd, signals, sizeof signals); } while (got == (ssize_t)sizeof signals || (got < 0 && errno == EINTR));
}

static inline void cpostgres_wakeup_close(int fds[2]) {
    close(fds[0]);
    if (fds[1] != fds[0]) close(fds[1]);
}

/// The fields of an error; libpq has them as characters in macros, which Swift cannot import.
static const int cpostgres_field_sqlstate = PG_DIAG_SQLSTATE;
static const int cpostgres_field_message = PG_DIAG_MESSAGE_PRIMARY;
static const int cpostgres_field_constraint = PG_DIAG_CONSTRAINT_NAME;
static const int cpostgres_field_function = PG_DIAG_SOURCE_FUNCTION;
static const int cpostgres_field_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
