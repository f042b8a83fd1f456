import PostgresClient
import PostgresFixture
import Testing

struct PipelineTests {
    @Test("ten thousand requests share four connections, and every error stays with its own")
    func isolation() async throws {
        try await ClientFixture.withClient {
            $0.maxConnections = 4
            $0.maxWaiting = 10_000
        } _: { client in
            let divide = "SELECT $1 / ($1 % 10)"
            let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in Int64(0)..<10_000 {
                    group.addTask {
                        var parameters = PostgresParameters()
                        parameters.append(number)
                        do {
                            let result = try await client.query(PostgresStatement(divide, parameters))
                            return number % 10 == 0 || result.integer(0, 0) != number / (number % 10)
                        } catch let error as PostgresError {
                            return number % 10 != 0 || error.sqlState != "22012"
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(wrong == 0)
            #expect(
                try await client.text("SELECT count(*) <= 4 FROM pg_stat_activity WHERE application_name = 'isolation'")
                    == "t")
        }
    }

    @Test("requests queue behind a slow one on the same connection, and are answered in order")
    func order() async throws {
        let number = ClientFixture.uniqueNumber()
        let name = "order-\(number)"
        try await ClientFixture.withClient { observer in
            try await ClientFixture.withClient(name: name) {
                $0.maxConnections = 1
            } _: { client in
                try await observer.withSession { session in
                    _ = try await session.query(PostgresStatement("SELECT pg_advisory_lock(\(number))"))
                    async let slow = client.query(.lock(number))
                    async let behind = client.query(.echo(7))
                    try await observer.waits(forBlocked: 1, of: name)
                    _ = try await session.query(PostgresStatement("SELECT pg_advisory_unlock(\(number))"))
                    _ = try await slow
                    #expect(try await behind.integer(0, 0) == 7)
                }
            }
        }
    }

    @Test("large requests and large answers at once do not lock up")
    func bothWays() async throws {
        let text = String(repeating: "x", count: 300_000)
        try await ClientFixture.withClient {
            $0.maxConnections = 1
        } _: { client in
            try await withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        var parameters = PostgresParameters()
                        try parameters.append(text)
                        let result = try await client.query(PostgresStatement("SELECT $1 || $1", parameters))
                        return result.withBytes(0, 0) { $0?.count }
                    }
                }
                for try await count in group { #expect(count == 600_000) }
            }
        }
    }
}
