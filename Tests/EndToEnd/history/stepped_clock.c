// A wall clock with an offset. Preloaded into a program, it adds the microseconds that the file SteppedClock names holds, as they are at each
// question; monotonic clocks run on. What it does is safe in signal handlers, for PostgreSQL asks for the time in them: so it never allocates.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const _Atomic int64_t *shared_offset;
static int (*real_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

__attribute__((constructor)) static void map_offset(void) {
    real_timedwait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    const char *path = getenv("STEPPED_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof *shared_offset, PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) shared_offset = page;
    close(file);
}

static int64_t offset(void) { return shared_offset ? *shared_offset : 0; }

static void add(struct timespec *at, int64_t microseconds) {
    at->tv_sec += microseconds / 1000000;
    at->tv_nsec += microseconds % 1000000 * 1000;
    if (at->tv_nsec < 0) at->tv_sec -= 1, at->tv_nsec += 1000000000;
    if (at->tv_nsec >= 1000000000) at->tv_sec += 1, at->tv_nsec -= 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) add(now, offset());
    return result;
}

int timespec_get(struct timespec *now, int base) {
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec at;
    if (clock_gettime(CLOCK_REALTIME, &at) != 0) return -1;
    now->tv_sec = at.tv_sec;
    now->tv_usec = at.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *seconds) {
    struct timespec at;
    if (clock_gettime(CLOCK_REALTIME, &at) != 0) return -1;
    if (seconds) *seconds = at.tv_sec;
    return at.tv_sec;
}

// Deadlines are of the clock above, and the kernel knows only its own. Those of a condition on the monotonic clock are far smaller.
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict deadline) {
    if (!real_timedwait) return ENOSYS;
    struct timespec at = *deadline;
    if (at.tv_sec > 1000000000) add(&at, -offset());
    return real_timedwait(condition, mutex, &at);
}
