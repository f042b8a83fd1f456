import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Kernel

/// What a peer does while the server stops.
enum Peer: String, CaseIterable, Sendable {
    case sendsNothing, sentHalfAHead, sentHalfABody, isIdle, readsNothing

    func begin(_ port: Int) async throws -> RawClient {
        let client = try await RawClient.connect(to: port, reads: self != .readsNothing)
        switch self {
        case .sendsNothing: break
        case .sentHalfAHead: try await client.send("GET / HT")
        case .sentHalfABody: try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\nhalf")
        case .isIdle:
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            _ = await client.answer(containing: "a x")
        case .readsNothing: try await client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        return client
    }
}

@Suite("Drain", .timeLimit(.minutes(1)))
struct DrainTests {
    private static let responder = Responder { request, connection in
        let inner = request.uri.path == "/endless" ? Responder.endless : Responder.echo
        return await inner.respond(request, connection)
    }

    /// Peers that have nothing coming are not waited for: with them the grace is longer than the suite's time limit.
    @Test("the front ends within its grace whatever a peer does", arguments: Peer.allCases)
    func grace(_ peer: Peer) async throws {
        let grace: Duration = peer == .isIdle || peer == .sendsNothing ? .seconds(300) : .milliseconds(300)
        try await withFront(configure: { $0.shutdownGrace = grace }, responder: Self.responder) { front, port in
            let client = try await peer.begin(port)
            let probe = try await RawClient.connect(to: port)
            try await probe.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            _ = await probe.answerUntilClose()
            #expect(front.openConnections >= 1)
            _ = client
        }
    }

    @Test("a request in flight is finished, its answer says close, and no connection is accepted any more")
    func inFlight() async throws {
        let (arrived, arrival) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let responder = Responder { request, connection in
            arrival.finish()
            for await _ in released {}
            return await Responder.echo.respond(request, connection)
        }
        try await withFront(configure: { $0.shutdownGrace = .seconds(30) }, responder: responder) { front, port in
            let client = try await RawClient.connect(to: port)
            let idle = try await RawClient.connect(to: port)
            try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            for await _ in arrived {}
            front.stop()
            #expect(await idle.answerUntilClose().isEmpty)
            await #expect(throws: (any Error).self) { try await RawClient.connect(to: port) }
            release.finish()
            let answer = await client.answerUntilClose()
            #expect(answer.contains("Connection: close\r\n") && answer.hasSuffix("GET /slow a "))
        }
    }

    @Test("a front that is cancelled ends at once")
    func cancelled() async throws {
        var config = ServerConfig()
        config.port = 0
        let front = HTTPFront(config: config, logger: .silent, responder: .echo)
        let run = Task { try await front.run() }
        _ = try await front.boundPort()
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }

    @Test("a port that is taken and a host that is not ours are one line each")
    func cannotListen() async throws {
        try await withFront { _, port in
            for (host, port, words) in [("127.0.0.1", port, "uses the port"), ("192.0.2.1", 0, "not one of this host")]
            {
                var config = ServerConfig()
                (config.host, config.port) = (host, port)
                let front = HTTPFront(config: config, logger: .silent, responder: .echo)
                let error = await #expect(throws: ListenError.self) { try await front.run() }
                #expect(error?.message.contains(words) == true)
                #expect(error?.message.contains("\n") == false)
                await #expect(throws: ListenError.self) { try await front.boundPort() }
            }
        }
    }
}
