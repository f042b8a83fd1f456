import HTTPTypes
import NIOCore
import NIOHTTP1

/// Stands before the decoder and knows, while bytes are decoded, which: the decoder does not hand on what it refuses, and a log has to name it.
final class ArrivingBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// How far a request line is looked for.
    private static let horizon = 8 << 10
    private static let longestMethod = 32

    private var bytes: ByteBuffer?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes = unwrapInboundIn(data)
        context.fireChannelRead(data)
        bytes = nil
    }

    /// The method that the decoder does not know: that of the first request line among the bytes that has such a one. Nil where the line did not
    /// come in one piece, or the method is no token, or too long to be one that somebody meant.
    var unknownMethod: HTTPRequest.Method? {
        guard let view = bytes?.readableBytesView.prefix(Self.horizon) else { return nil }
        for line in view.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard words.count == 3, words[2].starts(with: "HTTP/".utf8), words[0].count <= Self.longestMethod else {
                continue
            }
            let method = String(decoding: words[0], as: UTF8.self)
            guard case .RAW = HTTPMethod(rawValue: method) else { continue }
            return HTTPRequest.Method(method)
        }
        return nil
    }
}

extension HTTPRequest.Method {
    /// Stands for a method that could not be read.
    static let unreadable = HTTPRequest.Method("-") ?? .get
}

extension HTTPRequest {
    /// What is known of a request that never became one.
    init(refusedMethod method: HTTPRequest.Method) {
        self.init(method: method, scheme: nil, authority: nil, path: nil)
    }
}
