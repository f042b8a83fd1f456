import PostgresClient
import PostgresFixture
import Testing

struct PreparedStatementTests {
    private static let countPrepared = "SELECT count(*) FROM pg_prepared_statements"

    @Test("a statement is prepared once a connection")
    func once() async throws {
        try await ClientFixture.withClient {
            $0.maxConnections = 1
        } _: { client in
            for number in Int64(0)..<5 { _ = try await client.query(.echo(number)) }
            #expect(try await client.text(Self.countPrepared) == "1")
        }
    }

    @Test("switched off, nothing is prepared and all works")
    func off() async throws {
        try await ClientFixture.withClient {
            $0.maxConnections = 1
            $0.preparedStatements = .off
        } _: { client in
            for number in Int64(0)..<5 {
                let result = try await client.query(.echo(number))
                #expect(result.integer(0, 0) == number)
            }
            #expect(try await client.text(Self.countPrepared) == "0")
        }
    }

    @Test("a connection keeps a bounded number of them")
    func bound() async throws {
        try await ClientFixture.withClient {
            $0.maxConnections = 1
            $0.maxPreparedStatements = 3
        } _: { client in
            for number in 0..<9 { _ = try await client.query(PostgresStatement("SELECT \(number)")) }
            #expect(try await client.text(Self.countPrepared) == "3")
        }
    }

    @Test("the same text with other types is another statement")
    func types() async throws {
        try await ClientFixture.withClient { client in
            var parameters = PostgresParameters()
            try parameters.append("text")
            #expect(try await client.query(PostgresStatement("SELECT $1", parameters)).string(0, 0) == "text")
            #expect(try await client.query(.echo(3)).integer(0, 0) == 3)
        }
    }

    @Test("a statement that cannot be prepared is told why to all that were sent with it, and harms no other")
    func failing() async throws {
        try await ClientFixture.withClient {
            $0.maxConnections = 1
        } _: { client in
            let wrong = PostgresStatement("SELECT * FROM nowhere_at_all")
            try await withThrowingTaskGroup(of: PostgresError.Category?.self) { group in
                for number in Int64(0)..<40 {
                    group.addTask {
                        do {
                            _ = try await client.transaction([.echo(number), number % 2 == 0 ? wrong : .echo(number)])
                        } catch let error as PostgresError {
                            #expect(error.statement == 1)
                            return error.category
                        }
                        return nil
                    }
                }
                let categories = try await group.reduce(into: [PostgresError.Category: Int]()) { counts, category in
                    if let category { counts[category, default: 0] += 1 }
                }
                #expect(categories == [.undefinedObject: 20])
            }
        }
    }

    @Test("a statement whose table appears later is prepared then")
    func later() async throws {
        let table = "t\(ClientFixture.uniqueNumber())"
        try await ClientFixture.withClient {
            $0.maxConnections = 1
        } _: { client in
            let statement = PostgresStatement("SELECT count(*) FROM \(table)")
            #expect(try await postgresError { _ = try await client.query(statement) }.category == .undefinedObject)
            try await client.text("CREATE TABLE \(table) (id int)")
            #expect(try await client.query(statement).integer(0, 0) == 0)
        }
    }

    @Test("a table that is changed or a statement that is dropped under its name is prepared anew, unnoticed")
    func stale() async throws {
        let table = "t\(ClientFixture.uniqueNumber())"
        try await ClientFixture.withClient {
            $0.maxConnections = 1
        } _: { client in
            try await client.text("CREATE TABLE \(table) (id int)")
            let statement = PostgresStatement("SELECT * FROM \(table)")
            #expect(try await client.query(statement).columnCount == 1)
            try await client.text("ALTER TABLE \(table) ADD COLUMN name text")
            #expect(try await client.query(statement).columnCount == 2)
            try await client.text("DEALLOCATE ALL")
            #expect(try await client.query(statement).columnCount == 2)
        }
    }

    @Test("after a reconnect statements are prepared anew")
    func reconnect() async throws {
        try await ClientFixture.withClient {
            $0.maxConnections = 1
        } _: { client in
            #expect(try await client.query(.echo(1)).integer(0, 0) == 1)
            let process = try await client.text("SELECT pg_backend_pid()")
            let error = try await postgresError {
                try await client.text("SELECT pg_terminate_backend(pg_backend_pid())")
            }
            #expect(error.category == .serverShuttingDown)
            #expect(try await client.query(.echo(2)).integer(0, 0) == 2)
            #expect(try await client.text("SELECT pg_backend_pid()") != process)
        }
    }

    @Test("a statement that reads what its request makes is not prepared beforehand")
    func unprepared() async throws {
        let table = "t\(ClientFixture.uniqueNumber())"
        try await ClientFixture.withClient { client in
            let results = try await client.transaction([
                .plain("CREATE TABLE \(table) AS SELECT 7 AS id"), .plain("SELECT id FROM \(table)"),
            ])
            #expect(results[1].integer(0, 0) == 7)
        }
    }
}
