import Foundation
import PostgresClient
import PostgresFixture
import Testing

struct PoolTests {
    @Test("beyond the bound of those that wait, requests are turned away at once")
    func full() async throws {
        let metrics = CountingMetrics()
        try await ClientFixture.withClient(metrics: metrics) {
            $0.maxConnections = 1
            $0.maxWaiting = 0
        } _: { client in
            // The first request finds no connection yet, and the line has no place.
            let error = try await postgresError { _ = try await client.query(.echo(1)) }
            #expect(error.category == .poolExhausted)
            #expect(error.mayBeRepeated)
        }
        #expect(metrics.count(of: "postgres_client_refused_total") == 1)
    }

    @Test("a request that waits too long for a connection is turned away")
    func tooLong() async throws {
        try await ClientFixture.withClient {
            $0.maxConnections = 1
            $0.acquireTimeout = .milliseconds(1500)
        } _: { client in
            try await client.withSession { session in
                let error = try await postgresError { _ = try await client.query(.echo(1)) }
                #expect(error.category == .poolExhausted)
                #expect(try await session.query(.echo(2)).integer(0, 0) == 2)
            }
            #expect(try await client.query(.echo(3)).integer(0, 0) == 3)
        }
    }

    @Test("the pool tells how long requests waited")
    func metrics() async throws {
        let metrics = CountingMetrics()
        try await ClientFixture.withClient(metrics: metrics) { client in
            for number in Int64(0)..<3 { _ = try await client.query(.echo(number)) }
        }
        #expect(metrics.count(of: "postgres_client_wait_seconds") == 3)
        #expect(metrics.count(of: "postgres_client_lost_connections_total") == 0)
    }

    @Test("a session has its connection to itself, and leaves nothing behind")
    func session() async throws {
        let table = "t\(ClientFixture.uniqueNumber())"
        try await ClientFixture.withClient {
            $0.maxConnections = 2
        } _: { client in
            try await client.text("CREATE TABLE \(table) (id int)")
            try await client.withSession { session in
                _ = try await session.query(.plain("SET application_name = 'changed'"))
                try await session.transaction {
                    _ = try await session.query(.plain("INSERT INTO \(table) VALUES (1)"))
                    #expect(try await client.text("SELECT count(*) FROM \(table)") == "0")
                }
                #expect(try await client.text("SELECT count(*) FROM \(table)") == "1")
                let error = try await postgresError {
                    try await session.transaction {
                        _ = try await session.query(.plain("INSERT INTO \(table) VALUES (2)"))
                        _ = try await session.query(.plain("SELECT 1 / 0"))
                    }
                }
                #expect(error.sqlState == "22012")
                _ = try await session.query(.plain("BEGIN"))
                _ = try await session.query(.plain("INSERT INTO \(table) VALUES (3)"))
            }
            #expect(try await client.text("SELECT string_agg(id::text, ',') FROM \(table)") == "1")
            #expect(try await client.text("SELECT current_setting('application_name')") == "test")
        }
    }

    @Test("a session whose connection is cut says so from then on")
    func lostSession() async throws {
        try await ClientFixture.withClient { client in
            try await client.withSession { session in
                let process = try await session.query(PostgresStatement("SELECT pg_backend_pid()")).integer(0, 0) ?? 0
                try await client.text("SELECT pg_terminate_backend(\(process), 5000)")
                let first = try await postgresError { _ = try await session.query(.echo(1)) }
                #expect([.connectionLost, .serverShuttingDown].contains(first.category))
                let second = try await postgresError { _ = try await session.query(.echo(1)) }
                #expect(second.category == .connectionLost)
            }
        }
    }

    @Test("a shutdown lets what runs come to its end, and refuses what comes")
    func shutdown() async throws {
        let server = try await PostgresServer.shared()
        let number = ClientFixture.uniqueNumber()
        let name = "shutdown-\(number)"
        let client = try PostgresClient(ClientFixture.configuration(of: server, name: name), logger: .silent)
        try await ClientFixture.withClient { observer in
            try await observer.withSession { session in
                _ = try await session.query(.plain("SELECT pg_advisory_lock(\(number))"))
                let running = Task { try await client.transaction([.lock(number), .echo(5)]) }
                try await observer.waits(forBlocked: 1, of: name)
                async let end: Void = client.shutdown(grace: .seconds(60))
                let refusal = try await postgresError { while true { _ = try await client.query(.echo(1)) } }
                #expect(refusal.category == .closed)
                _ = try await session.query(.plain("SELECT pg_advisory_unlock(\(number))"))
                let results = try await running.value
                #expect(results.last?.integer(0, 0) == 5)
                await end
            }
            let refused = try await postgresError { try await client.withSession { _ in } }
            #expect(refused.category == .closed)
            try await observer.waits(
                until: "NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = '\(name)')")
        }
        await client.shutdown()
    }

    @Test("a shutdown cuts what does not end within its grace")
    func hardShutdown() async throws {
        let server = try await PostgresServer.shared()
        let name = "cut-\(ClientFixture.uniqueNumber())"
        let client = try PostgresClient(ClientFixture.configuration(of: server, name: name), logger: .silent)
        async let failure = postgresError { _ = try await client.query(.plain("SELECT pg_sleep(60)")) }
        try await ClientFixture.withClient { observer in
            try await observer.waits(
                until:
                    "EXISTS (SELECT FROM pg_stat_activity WHERE application_name = '\(name)' AND wait_event = 'PgSleep')"
            )
        }
        await client.shutdown(grace: .milliseconds(10))
        let error = try await failure
        #expect(error.category == .closed)
        #expect(error.isFateUnknown)
    }
}
