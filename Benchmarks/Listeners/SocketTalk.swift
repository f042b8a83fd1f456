import NIOCore

/// A WebSocket (RFC 6455) that authenticates in band and is then told of news (protocol.md).
struct SocketTalk: ListenerTalk {
    private enum State { case connecting, authenticating, listening }

    let opening: ByteBuffer
    private let hello: ByteBuffer
    private var state = State.connecting

    /// A socket at a path. With a client id it would not be told of that client's pushes.
    init(path: String, token: String) {
        opening = ByteBuffer(
            string: "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        hello = Self.frame(opcode: 1, ByteBuffer(string: #"{"type":"auth","token":"\#(token)"}"#))
    }

    mutating func receive(_ bytes: inout ByteBuffer) throws -> Heard {
        var heard = Heard()
        if state == .connecting {
            guard try bytes.readResponseHead(expecting: 101) else { return heard }
            state = .authenticating
            heard.reply = hello
        }
        while let (opcode, payload) = Self.readFrame(&bytes) {
            switch (opcode, state) {
            case (1, .authenticating) where payload == Self.authenticated:
                state = .listening
                heard.isReady = true
            case (1, .listening): heard.news += 1
            case (9, _): heard.reply = Self.frame(opcode: 10, payload)
            default: throw BenchmarkError("a socket was sent opcode \(opcode): \(String(buffer: payload))")
            }
        }
        return heard
    }

    private static let authenticated = ByteBuffer(string: #"{"type":"auth-ok"}"#)

    /// The next frame, which comes unmasked from a server; nil while some of it is still to come.
    private static func readFrame(_ bytes: inout ByteBuffer) -> (opcode: UInt8, payload: ByteBuffer)? {
        let start = bytes.readerIndex
        guard let (first, second) = bytes.readMultipleIntegers(as: (UInt8, UInt8).self) else { return nil }
        let length = second < 126 ? Int(second) : second == 126 ? bytes.readInteger(as: UInt16.self).map(Int.init) : nil
        guard let length, let payload = bytes.readSlice(length: length) else {
            bytes.moveReaderIndex(to: start)
            return nil
        }
        return (first & 0xF, payload)
    }

    /// A final frame whose mask is zero, so that masking is no work.
    private static func frame(opcode: UInt8, _ payload: ByteBuffer) -> ByteBuffer {
        var frame = ByteBuffer()
        let length = payload.readableBytes
        frame.writeInteger(0x80 | opcode)
        if length < 126 {
            frame.writeInteger(0x80 | UInt8(length))
        } else {
            frame.writeMultipleIntegers(UInt8(0x80 | 126), UInt16(length))
        }
        frame.writeInteger(UInt32(0))
        frame.writeImmutableBuffer(payload)
        return frame
    }
}
