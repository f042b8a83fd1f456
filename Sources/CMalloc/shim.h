#pragma once
#include <stdlib.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

/// Gives memory that is free back to the system, where the C library keeps it for later and can be asked to (glibc).
static inline void cmalloc_trim(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
