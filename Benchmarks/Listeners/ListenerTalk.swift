import NIOCore

/// How a connection that listens speaks: a state machine over bytes, used by one event loop at a time.
protocol ListenerTalk: Sendable {
    /// What it sends as soon as it is connected.
    var opening: ByteBuffer { get }

    /// Consumes what it can of the bytes that came.
    ///
    /// - Throws: `BenchmarkError` for a refusal, and for whatever a server must not say to a listener.
    mutating func receive(_ bytes: inout ByteBuffer) throws -> Heard
}

/// What a listener makes of the bytes that came.
struct Heard {
    /// Whether the server has now let it in.
    var isReady = false
    /// How many pieces of news came.
    var news = 0
    /// What must be sent back.
    var reply: ByteBuffer?
}

extension ByteBuffer {
    /// Consumes an HTTP response's head; nil while some of it is still to come.
    mutating func readResponseHead(expecting status: Int) throws -> Bool {
        let end = withUnsafeReadableBytes { bytes in
            bytes.count < 4
                ? nil : (3..<bytes.count).first { bytes[$0] == 10 && bytes[$0 - 2] == 10 && bytes[$0 - 1] == 13 }
        }
        guard let end else { return false }
        let head = readString(length: end + 1) ?? ""
        guard head.hasPrefix("HTTP/1.1 \(status) ") else {
            throw BenchmarkError(
                "a listener was answered: \(head)\(getString(at: readerIndex, length: readableBytes) ?? "")")
        }
        return true
    }
}
