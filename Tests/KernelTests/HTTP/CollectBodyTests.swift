import CZlib
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Kernel

@Suite("Bodies and their coding")
struct CollectBodyTests {
    private func collect(
        _ body: ByteBuffer, coding: String? = "gzip", limit: Int = 1 << 20, pieces: Int = 1000
    ) async throws -> ByteBuffer {
        var fields = HTTPFields()
        fields[.contentEncoding] = coding
        let stream = AsyncStream<ByteBuffer> { continuation in
            var rest = body
            while let piece = rest.readSlice(length: min(pieces, max(1, rest.readableBytes))) {
                continuation.yield(piece)
            }
            continuation.finish()
        }
        let head = HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/", headerFields: fields)
        return try await Request(head: head, body: RequestBody(asyncSequence: stream)).collectBody(limit: limit)
    }

    @Test(
        "gzip in any pieces gives the bytes", arguments: [1, 7, 1000, 1 << 20], [0, 1, 65_535, 65_536, 65_537, 500_000])
    func inflates(pieces: Int, count: Int) async throws {
        let plain = ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) })
        #expect(try await collect(Gzip.compress(plain), pieces: pieces) == plain)
    }

    @Test("a body of the limit is taken, one byte more is not", arguments: ["gzip", "identity"])
    func limit(coding: String) async throws {
        for (count, isTaken) in [(100_000, true), (100_001, false)] {
            let plain = ByteBuffer(repeating: 7, count: count)
            let body = coding == "gzip" ? Gzip.compress(plain) : plain
            let result = await Result.of { try await collect(body, coding: coding, limit: 100_000) }
            #expect((try? result.get() == plain) == (isTaken ? true : nil))
            if case .failure(let error) = result { #expect(Problem.from(error).status == 413) }
        }
    }

    @Test("a bomb is stopped at the limit")
    func bomb() async throws {
        let bomb = Gzip.compress(ByteBuffer(repeating: 0, count: 64 << 20))
        #expect(bomb.readableBytes < 100_000)
        let error = await #expect(throws: Problem.self) { try await collect(bomb) }
        #expect(error?.status == 413)
    }

    @Test("what is not exactly one complete member is an invalid encoding")
    func invalid() async throws {
        let good = Gzip.compress(ByteBuffer(repeating: 1, count: 100_000))
        var wrongSum = good
        wrongSum.setInteger(UInt8(0xAA), at: good.writerIndex - 8)
        let cases = [
            ByteBuffer(), ByteBuffer(string: "plain text"), good.getSlice(at: 0, length: good.readableBytes - 1),
            good.getSlice(at: 0, length: 5), ByteBuffer(bytes: Array(good.readableBytesView) + [0]),
            ByteBuffer(bytes: Array(good.readableBytesView) + Array(good.readableBytesView)), wrongSum,
        ]
        for body in cases {
            for pieces in [1, 1 << 20] {
                let body = try #require(body)
                let error = await #expect(throws: Problem.self) { try await collect(body, pieces: pieces) }
                #expect(error?.code == "invalid_encoding")
            }
        }
    }

    @Test("other codings are refused with what is taken", arguments: ["br", "deflate", "gzip, gzip", "zstd", ""])
    func unsupported(coding: String) async throws {
        let error = await #expect(throws: Problem.self) { try await collect(ByteBuffer(), coding: coding) }
        #expect(error?.code == "unsupported_encoding" && error?.headers[.acceptEncoding] == "gzip")
    }
}

extension Result where Failure == any Error, Success: Sendable {
    static func of(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

/// Makes gzip members to be read.
enum Gzip {
    static func compress(_ plain: ByteBuffer) -> ByteBuffer {
        var stream = z_stream()
        precondition(
            deflateInit2_(
                &stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { deflateEnd(&stream) }
        var input = Array(plain.readableBytesView)
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))))
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
                return target.count - Int(stream.avail_out)
            }
        }
        return ByteBuffer(bytes: output.prefix(count))
    }
}
