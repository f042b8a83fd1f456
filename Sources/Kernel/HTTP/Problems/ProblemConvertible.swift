import NIOCore
import NIOHTTP1

/// An error that knows how it is answered.
public protocol ProblemConvertible: Error {
    /// The answer.
    var problem: Problem { get }
}

extension Problem: ProblemConvertible {
    /// Itself.
    public var problem: Problem { self }
}

extension AuthenticationError: ProblemConvertible {
    /// 401, or 503 while there are no keys.
    public var problem: Problem {
        code == .keysUnavailable
            ? .unavailable(code: code.rawValue, detail: message) : .unauthorized(code: code.rawValue, detail: message)
    }
}

/// The peer went away before its request was answered; whatever is written to it is lost.
public struct PeerClosedError: ProblemConvertible, Hashable {
    /// The peer went away.
    public init() {}

    /// What a log calls it; no one is there to read it.
    public var problem: Problem { .incompleteBody }
}

extension Problem {
    /// The answer to any error: its own where it has one, what HTTP says for the errors of the connection, else
    /// ``internalError`` without a word of the error, which is the caller's to log.
    public static func from(_ error: any Error) -> Problem {
        switch error {
        case let error as any ProblemConvertible: error.problem
        case let error as HTTPParserError: from(parser: error)
        case let error as NIOTooManyBytesError: .payloadTooLarge(limit: error.maxBytes ?? 0)
        case is ChannelError, is IOError: PeerClosedError().problem
        case is CancellationError: .unavailable()
        default: .internalError
        }
    }

    private static func from(parser error: HTTPParserError) -> Problem {
        switch error {
        case .headerOverflow:
            Problem(
                status: 431, code: "header_too_large", detail: "The request's header is larger than the limit.")
        case .invalidVersion:
            Problem(
                status: 505, code: "unsupported_http_version", detail: "The server speaks HTTP/1.1 and HTTP/1.0.")
        case .invalidMethod:
            Problem(status: 501, code: "unknown_method", detail: "The server does not know the request's method.")
        case .invalidContentLength: .malformed("The Content-Length is not a number, or too large.")
        case .unexpectedContentLength: .malformed("The request states its length twice.")
        case .invalidChunkSize: .malformed("A chunk of the body does not begin with its size.")
        case .invalidHeaderToken: .malformed("A header field has bytes that it may not have.")
        case .invalidEOFState: .incompleteBody
        default: .malformed("The request is not HTTP as RFC 9112 defines it.")
        }
    }
}
