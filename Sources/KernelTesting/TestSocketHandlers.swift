import HTTPTypes
import Kernel
import NIOCore
import NIOWebSocket

/// Sends a handshake, reads its answer, and makes way for ``TestSocketReceiver``.
final class TestHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: String
    private let events: Mailbox<TestSocket.Event>
    private let opened: EventLoopPromise<Void>
    private var answer = ByteBuffer()

    init(_ request: String, events: Mailbox<TestSocket.Event>, opened: EventLoopPromise<Void>) {
        self.request = request
        self.events = events
        self.opened = opened
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answer.writeImmutableBuffer(unwrapInboundIn(data))
        let end = "\r\n\r\n".utf8
        guard let length = answer.readableBytesView.firstRange(of: Array(end))?.upperBound,
            String(buffer: answer).hasPrefix("HTTP/1.1 101 ")
        else { return }
        answer.moveReaderIndex(to: length)
        do {
            let pipeline = context.pipeline.syncOperations
            try pipeline.addHandler(WebSocketFrameEncoder())
            try pipeline.addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 30)))
            try pipeline.addHandler(TestSocketReceiver(events))
        } catch {
            return context.fireErrorCaught(error)
        }
        opened.succeed()
        if answer.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(answer)) }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        opened.fail(error)
        context.close(promise: nil)
    }

    /// An answer to a handshake other than 101 ends with its connection.
    func channelInactive(context: ChannelHandlerContext) {
        opened.fail(TestSocket.Refusal(answer: PluginHarness.Answer(String(buffer: answer))))
        context.fireChannelInactive()
    }
}

/// Puts what the server sends into the mailbox.
final class TestSocketReceiver: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let events: Mailbox<TestSocket.Event>

    init(_ events: Mailbox<TestSocket.Event>) {
        self.events = events
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text: events.put(.text(String(buffer: frame.data)))
        case .binary: events.put(.binary(Array(frame.data.readableBytesView)))
        case .ping: answer(.pong, frame.data, context)
        case .connectionClose:
            var payload = frame.data
            let code = payload.readInteger(as: UInt16.self)
            events.put(.closed(code.map(Int.init), reason: String(buffer: payload)))
            answer(.connectionClose, frame.data, context)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        events.finish(with: .ended)
    }

    private func answer(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}

extension PluginHarness.Answer {
    /// An answer as it came, its body as it lies.
    fileprivate init(_ text: String) {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        let lines = (parts.first ?? "").split(separator: "\r\n")
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        var headers = HTTPFields()
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), let name = HTTPField.Name(String(line[..<colon])) else {
                continue
            }
            headers.append(HTTPField(name: name, value: String(line[colon...].dropFirst(2))))
        }
        self.init(
            status: HTTPResponse.Status(code: status ?? 0), headers: headers,
            body: parts.count > 1 ? String(parts[1]) : "")
    }
}
