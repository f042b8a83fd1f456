import HTTPTypes
import HummingbirdCore
import NIOCore

/// A request and its answer on a connection.
struct Exchange {
    /// Where the request's body goes.
    enum Intake {
        /// Into the request itself, which is handed on when it is complete.
        case collected(ByteBuffer)
        case streamed(StreamedBody)
        /// Nowhere: there is none, or no one wants it.
        case discarded
    }

    /// Distinguishes it from the connection's others.
    let number: Int
    let head: HTTPRequest
    let isHTTP10: Bool
    /// The most bytes that the body may have.
    let bodyLimit: Int
    /// Whether another request may follow it.
    var keepsAlive: Bool
    var intake = Intake.discarded
    var received = 0
    var isRequestComplete = false
    /// Set with the answer's head.
    var framing: ResponseFraming?
    var sent = 0
    var isAnswered = false
    var task: Task<Void, Never>?

    init(number: Int, head: HTTPRequest, isHTTP10: Bool, keepsAlive: Bool, bodyLimit: Int) {
        self.number = number
        self.head = head
        self.isHTTP10 = isHTTP10
        self.keepsAlive = keepsAlive
        self.bodyLimit = bodyLimit
    }

    /// Whether the parser takes nothing after it for HTTP.
    var asksToUpgrade: Bool { head.method == .connect || head.headerFields.contains(.upgrade) }

    /// Whether its answer has begun and may go on for any time.
    var isStreaming: Bool { framing == .chunked || framing == .untilClose }

    /// Tells the body's reader, if there is one, that nothing more comes.
    mutating func failBody(_ error: any Error) {
        if case .streamed(let body) = intake { body.fail(error) }
        intake = .discarded
    }
}
