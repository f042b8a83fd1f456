import PostgresClient
import PostgresFixture
import Testing

struct CancellationTests {
    @Test("a cancelled task's statement ends on the server, and the connection stays")
    func running() async throws {
        let number = ClientFixture.uniqueNumber()
        let name = "cancel-\(number)"
        try await ClientFixture.withClient { observer in
            try await ClientFixture.withClient(name: name) {
                $0.maxConnections = 1
            } _: { client in
                let process = try await client.text("SELECT pg_backend_pid()")
                try await observer.withSession { session in
                    _ = try await session.query(.plain("SELECT pg_advisory_lock(\(number))"))
                    let task = Task { _ = try await client.query(.lock(number)) }
                    try await observer.waits(forBlocked: 1, of: name)
                    task.cancel()
                    let error = try await postgresError { try await task.value }
                    #expect(error.category == .cancelled)
                    #expect(error.sqlState == "57014")
                    #expect(!error.isFateUnknown)
                    try await observer.waits(forBlocked: 0, of: name)
                }
                #expect(try await client.text("SELECT pg_backend_pid()") == process)
            }
        }
    }

    @Test("a neighbour on the same connection outlives the cancel, and so does one cancelled before its turn")
    func neighbours() async throws {
        let number = ClientFixture.uniqueNumber()
        let name = "neighbours-\(number)"
        try await ClientFixture.withClient { observer in
            try await ClientFixture.withClient(name: name) {
                $0.maxConnections = 1
            } _: { client in
                try await observer.withSession { session in
                    _ = try await session.query(.plain("SELECT pg_advisory_lock(\(number))"))
                    let first = Task { _ = try await client.query(.lock(number)) }
                    try await observer.waits(forBlocked: 1, of: name)
                    async let kept = client.query(.echo(5))
                    let second = Task { _ = try await client.query(.lock(number)) }
                    async let last = client.query(.echo(6))
                    second.cancel()
                    first.cancel()
                    #expect(try await postgresError { try await first.value }.category == .cancelled)
                    #expect(try await postgresError { try await second.value }.category == .cancelled)
                    #expect(try await kept.integer(0, 0) == 5)
                    #expect(try await last.integer(0, 0) == 6)
                }
            }
        }
    }

    @Test("cancelling many at random disturbs none of the others", arguments: [1, 2, 3])
    func storm(round: Int) async throws {
        try await ClientFixture.withClient {
            $0.maxConnections = 2
        } _: { client in
            let unexpected = await withTaskGroup(of: String?.self) { group in
                for number in Int64(0)..<400 {
                    let isVictim = (number * 7 + Int64(round)) % 4 == 0
                    group.addTask {
                        let task = Task {
                            var parameters = PostgresParameters()
                            parameters.append(number)
                            let sql = "SELECT $1 FROM pg_sleep(0.001)"
                            return try await client.query(PostgresStatement(sql, parameters)).integer(0, 0)
                        }
                        if isVictim { task.cancel() }
                        switch await task.result {
                        case .success(let value): return value == number ? nil : "wrong value for \(number)"
                        case .failure(let error as PostgresError) where isVictim && error.category == .cancelled:
                            return nil
                        case .failure(let error): return "\(number): \(error)"
                        }
                    }
                }
                return await group.reduce(into: [String]()) { if let text = $1 { $0.append(text) } }
            }
            #expect(unexpected == [])
        }
    }

    @Test("what waits for a connection leaves the line when it is cancelled")
    func waiting() async throws {
        try await ClientFixture.withClient {
            $0.maxConnections = 1
            $0.maxWaiting = 1
        } _: { client in
            try await client.withSession { session in
                let task = Task { _ = try await client.query(.echo(1)) }
                task.cancel()
                let error = try await postgresError { try await task.value }
                #expect(error.category == .cancelled)
                #expect(error.sqlState == nil)
            }
            #expect(try await client.query(.echo(4)).integer(0, 0) == 4)
        }
    }

    @Test("a server that does not end what was cancelled loses the connection after the grace")
    func grace() async throws {
        try await ClientFixture.withClient {
            $0.cancelGrace = .milliseconds(50)
        } _: { client in
            let name = "f\(ClientFixture.uniqueNumber())"
            // A function that swallows the cancel, and goes on.
            try await client.text(
                """
                CREATE FUNCTION \(name)() RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_notify('\(name)', 'running'); 
                    LOOP BEGIN PERFORM pg_sleep(3); RETURN; EXCEPTION WHEN query_canceled THEN END; END LOOP;
                END $$
                """)
            let task = Task { _ = try await client.query(.plain("SELECT \(name)()")) }
            try await client.waits(
                until:
                    "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT \(name)()%' AND wait_event = 'PgSleep')"
            )
            task.cancel()
            let error = try await postgresError { try await task.value }
            #expect(error.category == .connectionLost)
            #expect(error.isFateUnknown)
            #expect(try await client.text("SELECT 1") == "1")
        }
    }
}
