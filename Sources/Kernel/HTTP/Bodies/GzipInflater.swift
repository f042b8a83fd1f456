import CZlib
import NIOCore

/// Undoes the content coding gzip (RFC 1952), piece by piece: exactly one member, and nothing after it.
///
/// `@unchecked Sendable`: one caller at a time uses it; it may pass from thread to thread between two calls, as zlib allows.
final class GzipInflater: @unchecked Sendable {
    /// Where the stream is after a step.
    enum Progress {
        /// All input is used up and there is more to come.
        case needsInput
        /// The output has as many bytes as it may, and there is more to come.
        case outputFull
        /// The member has ended, its checksum and length are right.
        case finished
    }

    /// zlib keeps a pointer to it, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var hasFinished = false

    /// - Throws: ``Problem/unavailable(code:detail:retryAfter:)`` where there is no memory.
    init() throws(Problem) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_inflate_init(stream, 16 + MAX_WBITS) == Z_OK else {
            stream.deallocate()
            throw .unavailable()
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates from `input` into `output` until the input is used up, the member has ended or `output` has `limit` bytes.
    ///
    /// - Throws: ``Problem/invalidEncoding`` for what is no gzip, or bytes after the member.
    func inflate(_ input: inout ByteBuffer, into output: inout ByteBuffer, limit: Int) throws(Problem) -> Progress {
        while !hasFinished {
            let room = min(limit - output.readableBytes, Self.step)
            guard room > 0 else { return .outputFull }
            let result = step(&input, &output, room)
            switch result {
            case Z_STREAM_END: hasFinished = true
            case Z_OK: break
            case Z_BUF_ERROR where input.readableBytes == 0: return .needsInput
            default: throw .invalidEncoding
            }
        }
        guard input.readableBytes == 0 else { throw .invalidEncoding }
        return .finished
    }

    private func step(_ input: inout ByteBuffer, _ output: inout ByteBuffer, _ room: Int) -> Int32 {
        input.readWithUnsafeMutableReadableBytes { source in
            let sourceCount = min(source.count, Int(UInt32.max))
            stream.pointee.next_in = source.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_in = UInt32(sourceCount)
            var result = Z_OK
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { target in
                stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(room)
                result = CZlib.inflate(stream, Z_NO_FLUSH)
                return room - Int(stream.pointee.avail_out)
            }
            return (sourceCount - Int(stream.pointee.avail_in), result)
        }
    }

    private static let step = 64 << 10
}
