import PostgresClient
import PostgresFixture
import Testing

struct ListenerTests {
    @Test("what is sent arrives, also on channels with odd names")
    func arrives() async throws {
        let channel = #"odd "Channel" \#(ClientFixture.uniqueNumber())"#
        try await ClientFixture.withClient { client in
            var events = client.events(of: ["other", channel]).makeAsyncIterator()
            try await Self.expectConnected(await events.next())
            try await client.notify(channel, "grüße")
            guard case .notification(let notification) = await events.next() else {
                Issue.record("no notification came")
                return
            }
            #expect(notification.channel == channel)
            #expect(notification.payload == "grüße")
        }
    }

    @Test("a cut connection comes back, and says that something may be missing")
    func reconnect() async throws {
        let channel = "channel\(ClientFixture.uniqueNumber())"
        try await ClientFixture.withClient(name: channel) { client in
            var events = client.events(of: [channel]).makeAsyncIterator()
            try await Self.expectConnected(await events.next())
            try await client.text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'LISTEN \"\(channel)\"%'"
            )
            guard case .disconnected = await events.next() else {
                Issue.record("the loss was not told")
                return
            }
            guard case .reconnected = await events.next() else {
                Issue.record("the return was not told")
                return
            }
            try await client.notify(channel, "again")
            guard case .notification(let notification) = await events.next() else {
                Issue.record("no notification came")
                return
            }
            #expect(notification.payload == "again")
        }
    }

    @Test("a listener lives through a server's restart")
    func restart() async throws {
        let server = try await PostgresServer()
        try await ClientFixture.withClient(of: server) { client in
            var events = client.events(of: ["news"]).makeAsyncIterator()
            try await Self.expectConnected(await events.next())
            try await server.stop()
            try await server.start()
            var losses = 0
            loop: while let event = await events.next() {
                switch event {
                case .disconnected: losses += 1
                case .reconnected: break loop
                default: Issue.record("unexpected: \(event)")
                }
            }
            #expect(losses > 0)
        }
        try await server.stop()
    }

    @Test("a connection that does not answer is given up")
    func heartbeat() async throws {
        let server = try await PostgresServer()
        try await ClientFixture.withClient(of: server, name: "heartbeat") {
            $0.heartbeat = .milliseconds(50)
        } _: { client in
            var events = client.events(of: ["news"]).makeAsyncIterator()
            try await Self.expectConnected(await events.next())
            let process = try #require(
                try await client.text("SELECT pid FROM pg_stat_activity WHERE query IN ('SELECT 1', 'LISTEN \"news\"')")
            )
            try ServerProcess.stop(process)
            guard case .disconnected(let error) = await events.next() else {
                Issue.record("the loss was not told")
                return
            }
            #expect(error.category == .connectionLost)
            try ServerProcess.resume(process)
            while let event = await events.next() {
                if case .reconnected = event { break }
            }
        }
        try await server.stop(.immediate)
    }

    @Test("a reader that lags learns that something is missing")
    func overflow() async throws {
        let channel = "channel\(ClientFixture.uniqueNumber())"
        try await ClientFixture.withClient { client in
            var events = client.events(of: [channel], limit: 4).makeAsyncIterator()
            try await Self.expectConnected(await events.next())
            var marker = client.events(of: [channel]).makeAsyncIterator()
            try await Self.expectConnected(await marker.next())
            for number in 0..<10 { try await client.notify(channel, "\(number)") }
            // The other listener has them all; so has the buffer of this one.
            for _ in 0..<10 { _ = await marker.next() }
            var names: [String] = []
            while let event = await events.next() {
                if case .overflowed = event { break }
                if case .notification(let notification) = event { names.append(notification.payload) }
            }
            #expect(names == (0..<names.count).map(String.init))
            #expect(names.count < 10)
        }
    }

    @Test("a listener that is stopped, or whose client is shut down, ends")
    func ends() async throws {
        let ended = AsyncStream.makeStream(of: Void.self)
        try await ClientFixture.withClient { client in
            let (stopped, continuation) = AsyncStream.makeStream(of: Void.self)
            let listener = client.listen(to: ["a"]) { event in
                if case .ended = event { continuation.finish() }
            }
            listener.stop()
            for await _ in stopped {}
            _ = client.listen(to: ["b"]) { event in
                if case .ended = event { ended.continuation.finish() }
            }
        }
        for await _ in ended.stream {}
    }

    private static func expectConnected(_ event: PostgresListenerEvent?) async throws {
        guard case .connected = event else {
            Issue.record("not connected: \(String(describing: event))")
            return
        }
    }
}

extension PostgresClient {
    fileprivate func notify(_ channel: String, _ payload: String) async throws {
        var parameters = PostgresParameters()
        try parameters.append(channel)
        try parameters.append(payload)
        _ = try await query(PostgresStatement("SELECT pg_notify($1, $2)", parameters))
    }
}
