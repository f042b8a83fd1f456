import Domain
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Row-level security, on PostgreSQL")
struct RowSecurityTests {
    private static let tables = ["sync_changes", "sync_quarantine", "sync_push_receipts"]

    /// Expects whose rows a query without any WHERE shows to the restricted role, for a user and as the operator or not.
    private func expect(
        _ users: Set<String>, in table: String, of database: PostgresDatabase, user: String?, spaces: String = "",
        operatorSetting: String = "", at location: SourceLocation = #_sourceLocation
    ) async throws {
        let rows = try await PostgresDatabase.run(
            [
                "SELECT set_config('role', '\(WorkingRole.name)', true)",
                user.map { "SELECT set_config('app.current_user_id', '\($0)', true)" } ?? "SELECT 1",
                "SELECT set_config('app.current_user_space_ids', '\(spaces)', true)",
                "SELECT set_config('app.operator', '\(operatorSetting)', true)",
                "SELECT DISTINCT user_id FROM \(table)",
            ], at: database.url)
        let visible = Set((0..<rows.rowCount).compactMap { rows.string($0, 0) })
        #expect(visible == users, sourceLocation: location)
    }

    private func withTwoUsers(_ use: (PostgresStoreFixture) async throws -> Void) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            for user in ["anna", "bert"] {
                var shared = insert("shared \(user)")
                shared.space = SpaceID("space of \(user)")
                try await fixture.log.store(
                    push([insert("a \(user)"), shared, insert("b", refusal: .readOnly)], user: UserID(user)))
            }
            try await use(fixture)
        }
    }

    @Test("A query without WHERE shows a user's own rows alone", arguments: tables)
    func ownRows(table: String) async throws {
        try await withTwoUsers { fixture in
            try await expect(["anna"], in: table, of: fixture.database, user: "anna")
            try await expect([], in: table, of: fixture.database, user: "")
            try await expect([], in: table, of: fixture.database, user: nil)
        }
    }

    @Test("The operator's policy, and nothing else, shows all rows", arguments: tables)
    func operatorSeesAll(table: String) async throws {
        try await withTwoUsers { fixture in
            try await expect(["anna", "bert"], in: table, of: fixture.database, user: nil, operatorSetting: "on")
            for setting in ["off", "true", "On", " on"] {
                try await expect([], in: table, of: fixture.database, user: nil, operatorSetting: setting)
            }
        }
    }

    @Test("The rows of named spaces can be read, and their names may hold commas and quotes")
    func spaces() async throws {
        try await withTwoUsers { fixture in
            try await expect(
                ["anna", "bert"], in: "sync_changes", of: fixture.database, user: "anna",
                spaces: #"["a,b", "x\"y", "space of bert"]"#)
            try await expect(["anna"], in: "sync_changes", of: fixture.database, user: "anna", spaces: #"["space of"]"#)
        }
    }

    @Test("Nobody writes as somebody else, also not into a space that they may read")
    func writes() async throws {
        try await withTwoUsers { fixture in
            await #expect {
                try await PostgresDatabase.run(
                    [
                        "SELECT set_config('role', '\(WorkingRole.name)', true)",
                        "SELECT set_config('app.current_user_id', 'anna', true)",
                        "SELECT set_config('app.current_user_space_ids', '[\"space of bert\"]', true)",
                        """
                        INSERT INTO sync_changes (app_id, table_name, record_id, user_id, space_id, op)
                        VALUES ('todo', 't', 'r', 'bert', 'space of bert', 'insert')
                        """,
                    ], at: fixture.database.url)
            } throws: { error in
                (error as? PostgresError)?.category == .permissionDenied
            }
        }
    }

    @Test(
        "A superuser's login works under the restricted role: what it stores and reads, row-level security has let through"
    )
    func superuser() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            // Nobody would see these but a role that the policies do not bind.
            try await fixture.database.run(
                "CREATE TABLE seen (role text, bypasses boolean)", "GRANT INSERT ON seen TO \(WorkingRole.name)",
                """
                CREATE FUNCTION note_role() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  INSERT INTO seen SELECT current_user, row_security_active('sync_changes') IS NOT TRUE;
                  RETURN NEW;
                END $$
                """,
                "CREATE TRIGGER note_role BEFORE INSERT ON sync_changes FOR EACH ROW EXECUTE FUNCTION note_role()")
            try await fixture.log.store(push([insert("a")]))
            try await fixture.log.store(push((0..<6).map { insert("b\($0)") }))
            let seen = try await fixture.database.run("SELECT DISTINCT role, bypasses FROM seen")
            #expect(seen.rowCount == 1)
            #expect(seen.string(0, 0) == WorkingRole.name)
            #expect(seen.boolean(0, 1) == false)
            // Without its policy the role reads nothing, and neither does the server.
            try await fixture.database.run("DROP POLICY sync_changes_user_isolation ON sync_changes")
            #expect(try await fixture.log.page().records.isEmpty)
        }
    }

    @Test("The tables' owner obeys the policies too, and then works without another role")
    func owner() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let database = try await PostgresDatabase.make(.empty)
            let login = "owner_\(database.name)"
            try await database.run(
                "CREATE ROLE \(login) LOGIN PASSWORD 'secret'", "ALTER DATABASE \(database.name) OWNER TO \(login)",
                "ALTER SCHEMA public OWNER TO \(login)")
            let url = database.url(user: login, password: "secret")
            let store = PostgresStore(PostgresStoreConfig(url: url, maxConnections: 2))
            try await store.start()
            try await store.store(push([insert("a")]))
            #expect(try await store.page().records == ["a"])
            let unseen = try await PostgresDatabase.run(["SELECT count(*) FROM sync_changes"], at: url)
            await store.stop()
            try await database.drop()
            try await fixture.database.run("DROP ROLE \(login)")
            #expect(unseen.integer(0, 0) == 0)
        }
    }

    @Test("The clock is not raised above rows that the start cannot see")
    func clockStart() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            await fixture.store.stop()
            try await fixture.database.run(
                """
                INSERT INTO sync_changes (app_id, table_name, record_id, user_id, op, created_at)
                VALUES ('todo', 'tasks', 'future', 'anna', 'insert', '2027-01-01T00:00:00Z')
                """, "DROP POLICY sync_changes_operator ON sync_changes")
            try await fixture.reopen()
            try await fixture.log.store(push([insert("a")]))
            // Without the policy the start saw no row: the new one comes before the one that was there.
            #expect(try await fixture.log.page().records == ["a", "future"])
        }
    }
}
