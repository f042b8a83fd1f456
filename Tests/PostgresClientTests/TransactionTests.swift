import PostgresClient
import Testing

struct TransactionTests {
    @Test("values of every type come back as they went")
    func values() async throws {
        try await ClientFixture.withClient { client in
            var parameters = PostgresParameters()
            try parameters.append("grüße 🐘")
            parameters.append(Int64.min)
            parameters.append(Int32(-7))
            parameters.append(true)
            parameters.append(uuid: 0x0011_2233_4455_6677, 0x8899_AABB_CCDD_EEFF)
            parameters.appendNull(.text)
            try parameters.append(#"{"a": 1e400, "b": "\u0000"}"#, as: .json)
            try parameters.append(literal: "2026-01-31")
            try parameters.append("")
            let result = try await client.query(
                PostgresStatement("SELECT $1, $2, $3, $4, $5, $6, $7, ($8::date + 1)::text, $9", parameters))
            #expect(result.string(0, 0) == "grüße 🐘")
            #expect(result.integer(0, 1) == .min)
            #expect(result.integer(0, 2) == -7)
            #expect(result.boolean(0, 3) == true)
            let uuid = try #require(result.uuid(0, 4))
            #expect(uuid == (0x0011_2233_4455_6677, 0x8899_AABB_CCDD_EEFF))
            #expect(result.isNull(0, 5))
            #expect(result.string(0, 6) == #"{"a": 1e400, "b": "\u0000"}"#)
            #expect(result.string(0, 7) == "2026-02-01")
            #expect(result.string(0, 8) == "")
            #expect(result.isNull(0, 9) && result.isNull(1, 0) && result.integer(-1, 0) == nil)
        }
    }

    @Test(
        "times keep their microseconds, on either side of every epoch",
        arguments: [0, -1, 1_700_000_000_123_456, 946_684_800_000_000])
    func times(microseconds: Int64) async throws {
        try await ClientFixture.withClient { client in
            var parameters = PostgresParameters()
            var array = try PostgresArray(of: .timestamptz)
            array.append(timestamp: microseconds)
            parameters.append(timestamp: microseconds)
            parameters.append(array)
            parameters.append(timestamp: .min)
            let sql = "SELECT $1, ($2)[1], (extract(epoch FROM $1) * 1000000)::bigint, $3"
            let result = try await client.query(PostgresStatement(sql, parameters))
            #expect(result.timestamp(0, 0) == microseconds)
            #expect(result.timestamp(0, 1) == microseconds)
            #expect(result.integer(0, 2) == microseconds)
            #expect(result.timestamp(0, 3) == nil)
        }
    }

    @Test("values come in the text format too")
    func textFormat() async throws {
        try await ClientFixture.withClient { client in
            let result = try await client.query(PostgresStatement("SELECT 42 AS answer, true", format: .text))
            #expect(result.integer(0, 0) == 42)
            #expect(result.boolean(0, 1) == true)
            #expect(result.column(named: "answer") == 0)
            #expect(result.column(named: "question") == nil)
        }
    }

    @Test("arrays carry many rows in one parameter, NULLs and none among them")
    func arrays() async throws {
        try await ClientFixture.withClient { client in
            var names = try PostgresArray(of: .text)
            var numbers = try PostgresArray(of: .int8)
            try names.append("a")
            numbers.append(Int64(1))
            names.appendNull()
            numbers.append(Int64(2))
            let empty = try PostgresArray(of: .uuid)
            var parameters = PostgresParameters()
            parameters.append(names)
            parameters.append(numbers)
            parameters.append(empty)
            let result = try await client.query(
                PostgresStatement("SELECT n, i, cardinality($3) FROM unnest($1, $2) AS t (n, i) ORDER BY i", parameters)
            )
            #expect(result.rowCount == 2)
            #expect(result.string(0, 0) == "a")
            #expect(result.isNull(1, 0))
            #expect(result.integer(1, 1) == 2)
            #expect(result.integer(0, 2) == 0)
        }
    }

    @Test("text with a NUL is refused before anything is sent")
    func nul() async throws {
        var parameters = PostgresParameters()
        var array = try PostgresArray(of: .text)
        #expect(throws: PostgresError.self) { try parameters.append("a\0b") }
        #expect(throws: PostgresError.self) { try array.append("a\0b") }
        #expect(parameters.count == 0 && array.count == 0)
        try await ClientFixture.withClient { client in
            let error = try await postgresError { _ = try await client.query(.plain("SELECT 1\0; DROP TABLE x")) }
            #expect(error.category == .invalidArgument)
        }
    }

    @Test("a transaction is all or nothing, and its first error is told with its place")
    func rollback() async throws {
        try await ClientFixture.withClient { client in
            let table = "t\(ClientFixture.uniqueNumber())"
            try await client.text("CREATE TABLE \(table) (id int PRIMARY KEY)")
            let error = try await postgresError {
                _ = try await client.transaction([
                    .plain("INSERT INTO \(table) VALUES (1)"), .plain("INSERT INTO \(table) VALUES (1)"),
                    .plain("INSERT INTO \(table) VALUES (2)"),
                ])
            }
            #expect(error.category == .uniqueViolation)
            #expect(error.statement == 1)
            #expect(error.constraint == "\(table)_pkey")
            #expect(!error.isFateUnknown)
            #expect(try await client.text("SELECT count(*) FROM \(table)") == "0")
            let results = try await client.transaction([
                .plain("INSERT INTO \(table) VALUES (1), (2)"), .plain("SELECT id FROM \(table)"),
            ])
            #expect(results.map(\.affectedRows) == [2, 2])
        }
    }

    @Test("an error that only the commit finds is an error of the transaction")
    func deferredConstraint() async throws {
        try await ClientFixture.withClient { client in
            let table = "t\(ClientFixture.uniqueNumber())"
            try await client.text("CREATE TABLE \(table) (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            let failing = [PostgresStatement](repeating: .plain("INSERT INTO \(table) VALUES (1)"), count: 2)
            async let before = client.query(.echo(1))
            let error = try await postgresError { _ = try await client.transaction(failing) }
            #expect(error.category == .uniqueViolation)
            #expect(try await before.integer(0, 0) == 1)
            #expect(try await client.text("SELECT count(*) FROM \(table)") == "0")
        }
    }

    @Test("a row of ten megabytes goes and comes")
    func hugeRow() async throws {
        try await ClientFixture.withClient { client in
            let text = String(repeating: "0123456789", count: 1 << 20)
            var parameters = PostgresParameters()
            try parameters.append(text)
            let result = try await client.query(PostgresStatement("SELECT $1, md5($1)", parameters))
            let isEqual = result.withBytes(0, 0) { bytes in bytes.map { $0.elementsEqual(text.utf8) } }
            #expect(isEqual == true)
        }
    }

    @Test("COPY is refused, and the client lives on")
    func copy() async throws {
        try await ClientFixture.withClient { client in
            let error = try await postgresError { _ = try await client.query(.plain("COPY (SELECT 1) TO STDOUT")) }
            #expect(error.category == .invalidArgument)
            #expect(try await client.text("SELECT 1") == "1")
        }
    }
}
