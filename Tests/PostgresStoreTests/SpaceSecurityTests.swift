import Domain
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Row-level security of spaces, on PostgreSQL")
struct SpaceSecurityTests {
    private static let tables = [
        "sync_changes", "sync_space_memberships", "sync_space_grants", "sync_space_inheritance",
        "sync_inherited_changes",
    ]

    /// Anna's space and Bert's, a guest in each, who has read.
    private func withSpaces(_ use: (PostgresStoreFixture) async throws -> Void) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            for (owner, guest) in [("anna", "gast"), ("bert", "gustl")] {
                let space = SpaceID("space, \"of\" \(owner)")
                var shared = insert("shared \(owner)")
                shared.space = space
                try await fixture.log.store(push([insert("own \(owner)"), shared], user: UserID(owner)))
                try await fixture.grants.grant([space: .readWrite], to: UserID(guest), askedBefore: .zero)
                var query = ChangeQuery(
                    user: UserID(guest), client: nil, app: push([]).app, after: .beginning)
                query.includesSpaces = true
                let page = try await fixture.log.read(query, into: RowCollector())
                #expect(page.records == ["shared \(owner)"])
            }
            try await use(fixture)
        }
    }

    private func count(_ table: String, in fixture: PostgresStoreFixture, as user: String) async throws -> Int64? {
        try await PostgresDatabase.run(
            [
                "SELECT set_config('role', '\(WorkingRole.name)', true)",
                "SELECT set_config('app.current_user_id', '\(user)', true)", "SELECT count(*) FROM \(table)",
            ], at: fixture.database.url
        ).integer(0, 0)
    }

    @Test("A query without WHERE shows what is one's own alone", arguments: tables)
    func isolation(table: String) async throws {
        try await withSpaces { fixture in
            let guest = try await count(table, in: fixture, as: "gast")
            #expect(guest == (table == "sync_changes" ? 0 : 1))
            #expect(try await count(table, in: fixture, as: "anna") == (table == "sync_changes" ? 2 : 0))
            #expect(try await count(table, in: fixture, as: "") == 0)
        }
    }

    @Test("In a reader's transaction a query without WHERE shows their own rows and their spaces', and nothing else")
    func readersTransaction() async throws {
        try await withSpaces { fixture in
            for (user, records) in [
                ("gast", ["shared anna"]), ("gustl", ["shared bert"]), ("anna", ["own anna", "shared anna"]),
                ("carl", []),
            ] {
                let rows = try await fixture.database.run(
                    """
                    SELECT sync_read_scopes('\(WorkingRole.name)', '\(user)', 'todo', 0, '5s', '5s',
                      ARRAY[\(ScopeLocks.key(of: UserID(user)))]::bigint[], ARRAY[false])
                    """, "SELECT record_id FROM sync_changes ORDER BY record_id")
                #expect((0..<rows.rowCount).compactMap { rows.string($0, 0) } == records)
            }
        }
    }

    @Test(
        "A row in another space than those that may be written into is refused, also as an update",
        arguments: [
            (#"["a,b"]"#, "a", false), (#"["a,b"]"#, "a,b", true), (#"["x\"y"]"#, #"x"y"#, true), ("[]", "a", false),
            ("", "a", true), (#"["a"]"#, nil, true),
        ])
    func writes(writable: String, space: String?, isPermitted: Bool) async throws {
        try await withSpaces { fixture in
            let value = space.map { "'\($0)'" } ?? "NULL"
            for write in [
                "INSERT INTO sync_changes (app_id, table_name, record_id, user_id, space_id, op) VALUES ('a', 't', 'r', 'anna', \(value), 'insert')",
                "UPDATE sync_changes SET space_id = \(value) WHERE record_id = 'own anna'",
            ] {
                let attempt = await outcome(of: write, writable: writable, in: fixture)
                #expect(attempt == (isPermitted ? nil : .permissionDenied))
            }
        }
    }

    private func outcome(
        of write: String, writable: String, in fixture: PostgresStoreFixture
    ) async -> PostgresError.Category? {
        do {
            _ = try await PostgresDatabase.run(
                [
                    "SELECT set_config('role', '\(WorkingRole.name)', true)",
                    "SELECT set_config('app.current_user_id', 'anna', true)",
                    "SELECT set_config('app.writable_space_ids', '\(writable)', true)", write,
                ], at: fixture.database.url)
            return nil
        } catch {
            return (error as? PostgresError)?.category ?? .other
        }
    }
}
