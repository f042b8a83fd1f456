import PostgresFixture
import Testing

@testable import PostgresClient

struct OutageTests {
    @Test(
        "a request waits as long as it may, and no longer than that after the database was lost",
        arguments: [
            // When the database was lost and the request came, and when it gives up.
            (nil, 7, 12), (7, 7, 12), (4, 7, 9), (2, 7, 7), (-100, 7, -95), (9, 7, 12),
        ] as [(Int?, Int, Int)])
    func deadline(lost: Int?, came: Int, expected: Int) {
        let start = ContinuousClock.now
        var opening = OpeningState()
        if let lost {
            opening.becomesUnreachable(at: start + .seconds(lost))
            // It stays lost from then on.
            opening.becomesUnreachable(at: start + .seconds(lost + 1))
        }
        let deadline = opening.deadline(ofWaitSince: start + .seconds(came), timeout: .seconds(5))
        #expect(deadline == start + .seconds(expected))
    }

    @Test(
        "in an outage that has lasted, requests fail without waiting, and the pool finds by itself that the server is back",
        .timeLimit(.minutes(5)))
    func lasting() async throws {
        let server = try await PostgresServer()
        try await ClientFixture.withClient(of: server) {
            $0.acquireTimeout = .seconds(1)
        } _: { client in
            _ = try await client.query(.echo(1))
            try await server.stop(.immediate)
            // If each waited its second, these would take a quarter of an hour.
            for _ in 0..<1000 {
                let error = try await postgresError { _ = try await client.query(.echo(1)) }
                #expect(!error.isFateUnknown || !error.foundNoConnection)
                #expect([.connectionLost, .serverShuttingDown].contains(error.category))
            }
            let error = try await postgresError { _ = try await client.query(.echo(1)) }
            #expect(error.foundNoConnection)
            try await server.start()
            var found: Int64?
            while found == nil {
                do throws(PostgresError) {
                    found = try await client.query(.echo(2)).integer(0, 0)
                } catch {
                    #expect(error.foundNoConnection)
                }
            }
            #expect(found == 2)
        }
        try await server.stop()
    }
}
