/// Why a WebSocket is closed: a code that may stand in a close frame (RFC 6455 section 7.4 and IANA's registry).
public struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: UInt16

    /// A code of the registry, or from 3000 to 4999, which are for libraries and applications; nil for any other, among them those
    /// that only stand for the lack of a close frame (1005, 1006, 1015).
    public init?(rawValue: UInt16) {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: self.rawValue = rawValue
        default: return nil
        }
    }

    private init(_ code: UInt16) {
        rawValue = code
    }

    /// 1000: all is said.
    public static let normal = WebSocketCloseCode(1000)
    /// 1001: the server stops.
    public static let goingAway = WebSocketCloseCode(1001)
    /// 1002: the peer broke the protocol.
    public static let protocolError = WebSocketCloseCode(1002)
    /// 1003: a kind of message that is not understood here, binary for text.
    public static let unsupportedData = WebSocketCloseCode(1003)
    /// 1007: text that is no UTF-8.
    public static let invalidText = WebSocketCloseCode(1007)
    /// 1008: the peer may not; the code where no other fits.
    public static let policyViolation = WebSocketCloseCode(1008)
    /// 1009: a message over the limit.
    public static let messageTooBig = WebSocketCloseCode(1009)
    /// 1011: the server failed.
    public static let internalError = WebSocketCloseCode(1011)
    /// 1013: too much to do; the client may try again later.
    public static let tryAgainLater = WebSocketCloseCode(1013)
}
