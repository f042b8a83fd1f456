import NIOCore
import NIOWebSocket

/// The server's side of RFC 6455 after the handshake, without I/O: frames in, what is to be done out.
struct WebSocketProtocol {
    /// What is to be done.
    enum Action: Equatable {
        case nothing
        /// The session gets a message.
        case deliver(WebSocketMessage)
        /// A pong is due, which may take the place of an earlier one that waits (section 5.5.3).
        case pong(ByteBuffer)
        /// A close frame with this payload goes out, the last frame of all. With `andEnd` nothing of the peer is waited for.
        case sendClose(ByteBuffer, andEnd: Bool)
        /// The peer has answered our close frame.
        case end
    }

    private enum State {
        case open
        /// Our close frame is out, the peer's is not here.
        case closing
        case ended
    }

    private let maxMessage: Int
    private var state = State.open
    /// The message whose last fragment has not come.
    private var partial: PartialMessage?

    init(maxMessage: Int) {
        self.maxMessage = maxMessage
    }

    /// Whether messages and pings may still be sent.
    var isOpen: Bool { state == .open }

    mutating func received(_ frame: WebSocketFrame) -> Action {
        if state == .ended { return .nothing }
        if frame.rsv1 || frame.rsv2 || frame.rsv3 { return fail(.protocolError, "reserved bits are set") }
        guard frame.maskKey != nil else { return fail(.protocolError, "a frame is not masked") }
        if frame.opcode.isControlOpcode {
            guard frame.fin else { return fail(.protocolError, "a control frame is fragmented") }
            guard frame.length <= 125 else { return fail(.protocolError, "a control frame is too long") }
        }
        switch frame.opcode {
        case .text, .binary, .continuation: return state == .open ? receivedData(frame) : .nothing
        case .ping: return state == .open ? .pong(frame.unmaskedData) : .nothing
        case .pong: return .nothing
        case .connectionClose: return receivedClose(frame.unmaskedData)
        default: return fail(.protocolError, "a frame has an unknown opcode")
        }
    }

    /// What arrived is no frame, or one that is longer than a message may be.
    mutating func received(_ error: NIOWebSocketError) -> Action {
        switch error {
        case .invalidFrameLength: fail(.messageTooBig, "a message is too long")
        case .fragmentedControlFrame: fail(.protocolError, "a control frame is fragmented")
        case .multiByteControlFrameLength: fail(.protocolError, "a control frame is too long")
        }
    }

    /// The session, or the server, wants an end. Only the first time counts.
    mutating func close(_ code: WebSocketCloseCode, reason: String) -> Action {
        guard state == .open else { return .nothing }
        state = .closing
        partial = nil
        return .sendClose(ClosePayload(code, reason: reason).buffer, andEnd: false)
    }

    /// The peer sends nothing more, a close frame neither.
    mutating func inputEnded() {
        state = .ended
        partial = nil
    }

    private mutating func receivedData(_ frame: WebSocketFrame) -> Action {
        var message: PartialMessage
        if frame.opcode == .continuation {
            guard let partial else { return fail(.protocolError, "a continuation continues nothing") }
            message = partial
            // The only reference to the bytes, so that they are not copied for the next fragment.
            self.partial = nil
        } else {
            guard partial == nil else { return fail(.protocolError, "a message begins within another") }
            message = PartialMessage(isText: frame.opcode == .text)
        }
        guard message.count + frame.length <= maxMessage else { return fail(.messageTooBig, "a message is too long") }
        guard message.append(frame.unmaskedData, isLast: frame.fin) else {
            return fail(.invalidText, "a text is not UTF-8")
        }
        guard frame.fin else {
            partial = message
            return .nothing
        }
        return .deliver(message.whole)
    }

    private mutating func receivedClose(_ payload: ByteBuffer) -> Action {
        if state == .closing {
            state = .ended
            return .end
        }
        switch ClosePayload.read(payload) {
        case .success(let echo):
            state = .ended
            partial = nil
            return .sendClose(echo, andEnd: true)
        case .failure(let failure): return fail(failure.code, failure.reason)
        }
    }

    /// Section 7.1.7. After our close frame nothing can be said any more.
    private mutating func fail(_ code: WebSocketCloseCode, _ reason: String) -> Action {
        defer { state = .ended }
        partial = nil
        return switch state {
        case .open: .sendClose(ClosePayload(code, reason: reason).buffer, andEnd: true)
        case .closing: .end
        case .ended: .nothing
        }
    }
}
