import NIOCore

/// What a close frame carries: a code and a reason (RFC 6455 section 5.5.1).
struct ClosePayload {
    /// What is wrong with a close frame.
    struct Fault: Error {
        let code: WebSocketCloseCode
        let reason: String
    }

    let buffer: ByteBuffer

    /// The first 123 bytes of `reason` fit; no character is cut in two.
    init(_ code: WebSocketCloseCode, reason: String) {
        var buffer = ByteBuffer(integer: code.rawValue)
        var room = 123
        for scalar in reason.unicodeScalars {
            room -= UTF8.width(scalar)
            guard room >= 0 else { break }
            buffer.writeString(String(scalar))
        }
        self.buffer = buffer
    }

    /// Checks what a peer's close frame carries, and returns what the answer to it does: its code, or nothing (section 5.5.1).
    static func read(_ payload: ByteBuffer) -> Result<ByteBuffer, Fault> {
        var payload = payload
        guard payload.readableBytes > 0 else { return .success(ByteBuffer()) }
        guard let number = payload.readInteger(as: UInt16.self) else {
            return .failure(Fault(code: .protocolError, reason: "a close frame has half a code"))
        }
        guard WebSocketCloseCode(rawValue: number) != nil else {
            return .failure(Fault(code: .protocolError, reason: "a close frame has a code that it may not have"))
        }
        var reason = UTF8Checker()
        guard reason.take(payload.readableBytesView), reason.isComplete else {
            return .failure(Fault(code: .invalidText, reason: "a close frame's reason is not UTF-8"))
        }
        return .success(ByteBuffer(integer: number))
    }
}
