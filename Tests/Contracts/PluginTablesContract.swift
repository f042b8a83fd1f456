public import Domain
import Kernel
import Testing

/// A ``StoreFixture`` whose engine keeps the tables of plugins.
public protocol PluginTablesFixture: StoreFixture {
    /// Closes the log and opens it anew with the tables of a schema.
    func reopen(declaring schema: PluginSchema) async throws -> any PluginTables
}

/// One promise of ``PluginStorage`` and the test that finds it broken.
public struct PluginTablesCase: Sendable, CustomStringConvertible {
    /// The promise, as a sentence.
    public let promise: String
    let check: @Sendable (any PluginTablesFixture) async throws -> Void

    init(_ promise: String, _ check: @escaping @Sendable (any PluginTablesFixture) async throws -> Void) {
        self.promise = promise
        self.check = check
    }

    public var description: String { promise }

    /// Checks the promise on a fresh database, and closes it.
    public func check(on fixture: any PluginTablesFixture) async throws {
        try await ContractCase(promise) { _ in try await check(fixture) }.check(on: fixture)
    }
}

/// A schema of as many steps as asked for, of two.
private func visits(steps: Int = 1) -> PluginSchema {
    PluginSchema(
        owner: "visits",
        migrations: Array(
            [
                PluginMigration(
                    "0001-days",
                    sqlite: "CREATE TABLE sync_visits_days (day INTEGER PRIMARY KEY, name TEXT, raw BLOB) STRICT;",
                    postgres: ["CREATE TABLE sync_visits_days (day bigint PRIMARY KEY, name text, raw bytea)"]),
                PluginMigration(
                    "0002-note",
                    sqlite: """
                        ALTER TABLE sync_visits_days ADD COLUMN note TEXT;
                        CREATE TABLE sync_visits_places (place TEXT PRIMARY KEY) STRICT;
                        """,
                    postgres: [
                        "ALTER TABLE sync_visits_days ADD COLUMN note json",
                        "CREATE TABLE sync_visits_places (place text PRIMARY KEY)",
                    ]),
            ].prefix(steps)))
}

private let add = "INSERT INTO sync_visits_days (day, name, raw) VALUES ($1, $2, $3)"
private let list = "SELECT day, name, raw FROM sync_visits_days ORDER BY day"

private func adding(_ day: Int64, _ name: String? = nil, _ raw: PluginValue = .null) -> PluginStatement {
    PluginStatement(add, .integer(day), .text(name), raw)
}

/// What every engine promises plugins; run like ``changeLogContract``.
public let pluginTablesContract: [PluginTablesCase] = [
    PluginTablesCase("Values of every kind come back as they were, also where they are named twice or out of order") {
        fixture in
        let tables = try await fixture.reopen(declaring: visits())
        try await tables.run(adding(.min, "é \u{1F600} 'quoted'", .bytes([0, 1, 255])))
        try await tables.run(adding(.max, "", .bytes([])))
        try await tables.run(adding(0))
        #expect(
            try await tables.run(PluginStatement(list)).rows == [
                [.integer(.min), .text("é \u{1F600} 'quoted'"), .bytes([0, 1, 255])], [.integer(0), .null, .null],
                [.integer(.max), .text(""), .bytes([])],
            ])
        let statement = PluginStatement(
            "SELECT CAST($2 AS text), CAST($1 AS bigint), CAST($2 AS text)", .integer(7), .text("x"))
        #expect(try await tables.run(statement).rows == [[.text("x"), .integer(7), .text("x")]])
    },
    PluginTablesCase("A list is one transaction, in order: each statement sees those before it") { fixture in
        let tables = try await fixture.reopen(declaring: visits())
        let results = try await tables.run([
            adding(1, "a"), adding(2, "b"), PluginStatement("SELECT count(*) FROM sync_visits_days"),
            PluginStatement("DELETE FROM sync_visits_days WHERE name = $1 RETURNING day", .text("a")),
        ])
        #expect(results.map(\.rows) == [[], [], [[.integer(2)]], [[.integer(1)]]])
        #expect([results[0].changed, results[1].changed, results[3].changed] == [1, 1, 1])
    },
    PluginTablesCase("Where one statement fails none took place, and the log goes on") { fixture in
        let tables = try await fixture.reopen(declaring: visits())
        let error = await #expect(throws: StoreError.self) { try await tables.run([adding(1), adding(1)]) }
        #expect(error?.code == .internalFault)
        await #expect(throws: StoreError.self) { try await tables.run([adding(2), PluginStatement("NONSENSE")]) }
        #expect(try await tables.run(PluginStatement(list)).rows.isEmpty)
        #expect(try await fixture.log.store(push([insert("a")])).stored == 1)
        #expect(try await tables.run(adding(1)).changed == 1)
    },
    PluginTablesCase("What is written on a condition says whether the condition held") { fixture in
        let tables = try await fixture.reopen(declaring: visits())
        let once = PluginStatement("\(add) ON CONFLICT (day) DO NOTHING", .integer(1), .text("a"), .null)
        #expect(try await tables.run(once).changed == 1)
        #expect(try await tables.run(once).changed == 0)
        let rename = PluginStatement(
            "UPDATE sync_visits_days SET name = $1 WHERE name = $2", .text("b"), .text("a"))
        #expect(try await tables.run(rename).changed == 1)
        #expect(try await tables.run(rename).changed == 0)
    },
    PluginTablesCase("Many who each add the next number, and read again where they came second, leave no gap") {
        fixture in
        let tables = try await fixture.reopen(declaring: visits())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for adder in 0..<4 {
                group.addTask {
                    for number in 0..<5 { try await addNext("\(adder) \(number)", to: tables) }
                }
            }
            try await group.waitForAll()
        }
        let rows = try await tables.run(PluginStatement(list)).rows
        #expect(rows.map { $0[0] } == (1...20).map { .integer($0) })
        #expect(Set(rows.map { $0[1] }).count == 20)
    },
    PluginTablesCase("Tables stay over a restart and grow with their schema; a server without the plugin lets them be")
    {
        fixture in
        try await fixture.reopen(declaring: visits()).run(adding(1, "a"))
        try await fixture.reopen()
        let tables = try await fixture.reopen(declaring: visits(steps: 2))
        try await tables.run(
            PluginStatement("UPDATE sync_visits_days SET note = $1 WHERE day = 1", .text(#"{"a":1}"#)))
        try await tables.run(PluginStatement("INSERT INTO sync_visits_places (place) VALUES ($1)", .text("here")))
        #expect(
            try await tables.run(PluginStatement("SELECT name, note FROM sync_visits_days")).rows
                == [[.text("a"), .text(#"{"a":1}"#)]])
        #expect(try await tables.run(PluginStatement("SELECT place FROM sync_visits_places")).rows == [[.text("here")]])
    },
    PluginTablesCase("A server that knows fewer steps of an owner than the database is refused") { fixture in
        _ = try await fixture.reopen(declaring: visits(steps: 2))
        let error = await #expect(throws: StoreError.self) { try await fixture.reopen(declaring: visits()) }
        #expect(error?.code == .newerSchema)
    },
]

private func addNext(_ name: String, to tables: any PluginTables) async throws {
    while true {
        let last = try await tables.run(PluginStatement("SELECT coalesce(max(day), 0) FROM sync_visits_days")).rows
        let next = (last.first?.first?.integer ?? 0) + 1
        let added = try await tables.run(
            PluginStatement("\(add) ON CONFLICT (day) DO NOTHING", .integer(next), .text(name), .null))
        if added.changed == 1 { return }
    }
}
