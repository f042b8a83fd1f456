public import HTTPTypes
import Kernel
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PluginHarness {
    /// Opens a WebSocket at `path`, over a pair of connected sockets.
    ///
    /// - Parameter headers: What the request has besides the handshake's own fields: `Origin`, `Authorization`.
    /// - Throws: ``TestSocket/Refusal`` where the server answers anything but 101.
    public func socket(_ path: String, headers: HTTPFields = [:]) async throws -> TestSocket {
        let (serverEnd, clientEnd) = try Self.connectedPair()
        let server = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { [plan] channel in
                channel.eventLoop.makeCompletedFuture { try plan.serve(channel) }
            }
            .withConnectedSocket(serverEnd).get()
        let events = Mailbox<TestSocket.Event>()
        let opened = server.eventLoop.makePromise(of: Void.self)
        let request = Self.handshake(path, headers)
        let client = try await ClientBootstrap(group: server.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        TestHandshake(request, events: events, opened: opened))
                }
            }
            .withConnectedSocket(clientEnd).get()
        try await opened.futureResult.get()
        return TestSocket(plan: plan, client: client, server: server, events: events)
    }

    private static func handshake(_ path: String, _ headers: HTTPFields) -> String {
        let own: HTTPFields = [
            .connection: "Upgrade", .upgrade: "websocket", HTTPField.Name.known("Sec-WebSocket-Version"): "13",
            HTTPField.Name.known("Sec-WebSocket-Key"): "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        let lines = (own + headers).map { "\($0.name.rawName): \($0.value)\r\n" }
        return "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(lines.joined())\r\n"
    }

    private static func connectedPair() throws -> (CInt, CInt) {
        var ends: [CInt] = [0, 0]
        #if canImport(Glibc)
            let kind = CInt(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw IOError(errnoCode: errno, reason: "socketpair")
        }
        return (ends[0], ends[1])
    }
}
