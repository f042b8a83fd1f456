import Logging
import PostgresClient
import PostgresFixture
import Synchronization
import Testing

struct ConnectionLossTests {
    @Test("a terminated backend's request fails with its fate known, and those behind it are sent again")
    func terminated() async throws {
        let number = ClientFixture.uniqueNumber()
        let name = "terminated-\(number)"
        try await ClientFixture.withClient { observer in
            try await ClientFixture.withClient(name: name) {
                $0.maxConnections = 1
            } _: { client in
                try await observer.withSession { session in
                    _ = try await session.query(.plain("SELECT pg_advisory_lock(\(number))"))
                    let first = Task { _ = try await client.query(.lock(number)) }
                    try await observer.waits(forBlocked: 1, of: name)
                    async let behind = client.query(.echo(9))
                    let sql =
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '\(name)'"
                    #expect(try await observer.text(sql) == "1")
                    let error = try await postgresError { try await first.value }
                    #expect(error.category == .serverShuttingDown)
                    #expect(error.sqlState == "57P01")
                    #expect(!error.isFateUnknown)
                    #expect(error.mayBeRepeated)
                    #expect(try await behind.integer(0, 0) == 9)
                }
            }
        }
    }

    @Test("after a crash the fate of what was under way is unknown, and the pool comes back with the server")
    func crash() async throws {
        let server = try await PostgresServer()
        try await ClientFixture.withClient(of: server, name: "crash") { client in
            let prepared = PostgresStatement("SELECT 1 + 1")
            _ = try await client.query(prepared)
            let task = Task { _ = try await client.query(.plain("SELECT pg_sleep(600)")) }
            try await client.waits(
                until: "EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%600%')")
            try await server.stop(.immediate)
            let error = try await postgresError { try await task.value }
            #expect([.connectionLost, .serverShuttingDown].contains(error.category))
            // Waits through the outage, and is prepared anew.
            async let after = client.query(prepared)
            try await server.start()
            #expect(try await after.integer(0, 0) == 2)
        }
        try await server.stop()
    }

    @Test("a crash that the pool and a listener notice, and their attempts, are two lines in the log")
    func lines() async throws {
        let server = try await PostgresServer()
        let lines = LogLines()
        try await ClientFixture.withClient(of: server, logger: Logger(label: "test") { _ in lines }) { client in
            var events = client.events(of: ["lines"]).makeAsyncIterator()
            _ = await events.next()
            _ = try await client.query(.echo(1))
            try await server.stop(.immediate)
            for _ in 0..<5 {
                guard case .disconnected = await events.next() else { continue }
            }
            async let after = client.query(.echo(2))
            try await server.start()
            #expect(try await after.integer(0, 0) == 2)
            while let event = await events.next() {
                if case .reconnected = event { break }
            }
        }
        try await server.stop()
        let told = lines.all.withLock { $0 }
        #expect(told.count == 2, "\(told)")
        #expect(told.first?.hasPrefix("warning: The database is lost") == true)
        #expect(told.last?.hasPrefix("notice: The database is back. attempts=") == true)
    }

    @Test("without a server a request is told why, in time")
    func unreachable() async throws {
        let server = try await PostgresServer()
        try await server.stop()
        try await ClientFixture.withClient(of: server) {
            $0.acquireTimeout = .seconds(1)
        } _: { client in
            let error = try await postgresError { _ = try await client.query(.echo(1)) }
            #expect(error.category == .connectionLost)
            #expect(!error.isFateUnknown)
            #expect(error.mayBeRepeated)
        }
    }

    @Test("a statement's time-out is told as one")
    func statementTimeout() async throws {
        try await ClientFixture.withClient { client in
            let error = try await postgresError {
                _ = try await client.transaction([
                    .plain("SELECT set_config('statement_timeout', '20ms', true)"), .plain("SELECT pg_sleep(60)"),
                ])
            }
            #expect(error.category == .statementTimeout)
            #expect(error.statement == 1)
            #expect(try await client.text("SELECT current_setting('statement_timeout')") == "0")
        }
    }

    @Test("a server that takes no writes is told as such, and left")
    func readOnly() async throws {
        try await ClientFixture.withClient {
            $0.maxConnections = 1
        } _: { client in
            let process = try await client.text("SELECT pg_backend_pid()")
            let error = try await postgresError {
                _ = try await client.transaction([
                    .plain("SELECT set_config('transaction_read_only', 'on', true)"), .plain("CREATE TABLE refused ()"),
                ])
            }
            #expect(error.category == .readOnly)
            #expect(error.mayBeRepeated)
            #expect(try await client.text("SELECT pg_backend_pid()") != process)
        }
    }

    @Test("a lock's time-out, a deadlock and a missing table are told as such")
    func categories() async throws {
        let number = ClientFixture.uniqueNumber()
        try await ClientFixture.withClient { client in
            try await client.withSession { session in
                _ = try await session.query(.plain("SELECT pg_advisory_lock(\(number))"))
                let error = try await postgresError {
                    _ = try await client.transaction([
                        .plain("SELECT set_config('lock_timeout', '20ms', true)"), .lock(number),
                    ])
                }
                #expect(error.category == .lockTimeout)
                let other = ClientFixture.uniqueNumber()
                async let crossing = Self.category {
                    _ = try await client.transaction([.lock(other), .lock(number)])
                }
                try await client.waits(
                    until:
                        "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = \(number) AND NOT granted)"
                )
                let closing = await Self.category {
                    _ = try await session.query(.plain("SELECT pg_advisory_lock(\(other))"))
                }
                // The other one waits for this lock where it is this session whose statement was given up.
                _ = try await session.query(.plain("SELECT pg_advisory_unlock(\(number))"))
                let outcomes = [await crossing, closing]
                #expect(outcomes.contains(.deadlock))
            }
            let missing = try await postgresError { _ = try await client.query(.plain("SELECT * FROM nowhere")) }
            #expect(missing.category == .undefinedObject)
            #expect(missing.cause?.contains("nowhere") == true)
        }
    }

    private static func category(of call: () async throws -> Void) async -> PostgresError.Category? {
        do { try await call() } catch let error as PostgresError { return error.category } catch {}
        return nil
    }
}
