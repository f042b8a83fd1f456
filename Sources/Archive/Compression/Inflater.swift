import CZlib
import NIOCore

/// Undoes raw deflate data (RFC 1951), piece by piece: exactly one stream, whose end it finds.
///
/// `@unchecked Sendable`: one caller at a time uses it; it may pass from thread to thread between two calls, as zlib allows.
final class Inflater: @unchecked Sendable {
    /// Where the stream is after a step.
    enum Progress {
        /// There may be more: with more input, or from what zlib holds already.
        case going
        /// The stream has ended. Input that was not taken follows it.
        case finished
        /// The input is no deflate stream.
        case damaged
        /// zlib got no memory for its window.
        case outOfMemory
    }

    /// zlib keeps a pointer to it, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Returns: nil if zlib has no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_inflate_init(stream, -MAX_WBITS) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates once: takes what it can of `input` and appends at most `room` bytes to `output`.
    func step(_ input: inout ByteBuffer, into output: inout ByteBuffer, room: Int) -> Progress {
        input.readWithUnsafeReadableBytes { source in
            let sourceCount = min(source.count, Int(UInt32.max))
            // zlib only reads there; its older headers do not say so.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(sourceCount)
            var result = Z_OK
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { target in
                stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(room)
                result = inflate(stream, Z_NO_FLUSH)
                return room - Int(stream.pointee.avail_out)
            }
            stream.pointee.next_in = nil
            return (sourceCount - Int(stream.pointee.avail_in), Self.progress(result))
        }
    }

    private static func progress(_ result: Int32) -> Progress {
        switch result {
        case Z_STREAM_END: .finished
        case Z_OK, Z_BUF_ERROR: .going
        case Z_MEM_ERROR: .outOfMemory
        default: .damaged
        }
    }
}
