import NIOCore

/// An HTTP/1.1 response, read with the least work that tells right from wrong: a status and a body by Content-Length.
struct HTTPAnswer {
    /// The status code.
    let status: Int
    /// The body, which shares the connection's buffer.
    let body: ByteBuffer

    /// The response that the bytes hold, or nil while some of it is still to come.
    ///
    /// - Throws: `BenchmarkError` for a response without Content-Length, or bytes that are no response.
    init?(complete received: ByteBuffer) throws {
        let head: (status: Int, end: Int, length: Int)? = try received.withUnsafeReadableBytes { bytes in
            guard let end = Self.endOfHead(bytes) else { return nil }
            return (try Self.status(bytes), end, try Self.contentLength(bytes[..<end]))
        }
        guard let head, received.readableBytes >= head.end + head.length else { return nil }
        guard let body = received.getSlice(at: received.readerIndex + head.end, length: head.length) else { return nil }
        self.status = head.status
        self.body = body
    }

    /// The body as text, for messages.
    var text: String { String(buffer: body) }

    private static func endOfHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var line = 0
        while let end = bytes[line...].firstIndex(of: UInt8(ascii: "\n")) {
            if end - line <= 1 { return end + 1 }
            line = end + 1
        }
        return nil
    }

    /// The digits of `HTTP/1.1 200`.
    private static func status(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        guard bytes.count > 12, let status = number(bytes[9..<12]) else {
            throw BenchmarkError("the answer is no HTTP response")
        }
        return status
    }

    private static func contentLength(_ head: Slice<UnsafeRawBufferPointer>) throws -> Int {
        let name = "content-length:".utf8
        for line in head.split(separator: UInt8(ascii: "\n")) where line.count > name.count {
            guard zip(line, name).allSatisfy({ $0 | 0x20 == $1 || $0 == $1 }) else { continue }
            let digits = line.dropFirst(name.count).filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") }
            if let length = number(digits) { return length }
        }
        throw BenchmarkError("the answer has no Content-Length")
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count < 12 else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }
}
