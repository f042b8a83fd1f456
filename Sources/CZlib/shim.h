#pragma once
#include <zlib.h>

/// inflateInit2 is a macro that Swift cannot import. windowBits 16 + 15 reads the gzip format.
static inline int czlib_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }

/// deflateInit2 is a macro that Swift cannot import. Writes raw deflate data (RFC 1951), without header and checksum.
static inline int czlib_deflate_init_raw(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}
