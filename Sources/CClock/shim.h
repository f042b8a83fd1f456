#pragma once
#include <stdint.h>
#include <time.h>

/// CLOCK_REALTIME in microseconds since the epoch. Which module declares `timespec` to Swift differs from build to build; here
/// nobody has to know.
static inline int64_t cclock_realtime_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
