import CZlib
import NIOCore

/// Compresses one stream as raw deflate data (RFC 1951), piece by piece.
///
/// `@unchecked Sendable`: one caller at a time uses it; it may pass from thread to thread between two calls, as zlib allows.
final class Deflater: @unchecked Sendable {
    /// zlib keeps a pointer to it, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Returns: nil if zlib has no memory or no such level.
    init?(level: Int) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_deflate_init_raw(stream, Int32(level)) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Takes in `input`, and appends what can be written by now.
    func deflate(_ input: UnsafeRawBufferPointer, into output: inout ByteBuffer) {
        var rest = input[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int(UInt32.max))
            rest = rest.dropFirst(piece.count)
            run(UnsafeRawBufferPointer(rebasing: piece), flush: Z_NO_FLUSH, into: &output)
        }
    }

    /// Appends the rest: the stream is then complete.
    func finish(into output: inout ByteBuffer) {
        run(UnsafeRawBufferPointer(start: nil, count: 0), flush: Z_FINISH, into: &output)
    }

    /// Calls zlib until it leaves room: only then has it nothing more to write. It cannot fail, for the stream is set up and the calls are in
    /// order; `Z_BUF_ERROR` says that there was nothing to do.
    private func run(_ input: UnsafeRawBufferPointer, flush: Int32, into output: inout ByteBuffer) {
        // zlib only reads there; its older headers do not say so.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(input.count)
        var isFull = true
        while isFull {
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.leastRoom) { target in
                let room = min(target.count, Int(UInt32.max))
                stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(room)
                _ = CZlib.deflate(stream, flush)
                isFull = stream.pointee.avail_out == 0
                return room - Int(stream.pointee.avail_out)
            }
        }
        stream.pointee.next_in = nil
    }

    private static let leastRoom = 4 << 10
}
