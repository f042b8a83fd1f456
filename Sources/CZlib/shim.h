#pragma once
#include <zlib.h>

/// inflateInit2 is a macro that Swift cannot import. windowBits 16 + 15 reads the gzip format.
static inline int czlib_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }
