import Domain
import Kernel
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Taking over a database of the server that this one replaces")
struct TakeoverTests {
    /// The forms that its table has had.
    enum Form: CaseIterable, Sendable {
        /// `field_timestamps`, without spaces, actors and versions.
        case first
        /// With spaces, actors and versions.
        case second
        /// `field_meta` and `origin`.
        case third

        var timestamps: String { self == .third ? "field_meta" : "field_timestamps" }

        var statements: [String] {
            let more = self == .first ? "" : ", space_id TEXT, actor JSONB, schema_version INT NOT NULL DEFAULT 1"
            let origin = self == .third ? ", origin TEXT" : ""
            return [
                """
                CREATE TABLE sync_changes (
                  id UUID PRIMARY KEY DEFAULT gen_random_uuid(), app_id TEXT NOT NULL, table_name TEXT NOT NULL,
                  record_id TEXT NOT NULL, user_id TEXT NOT NULL, op TEXT NOT NULL CHECK (op IN ('insert', 'update', 'delete')),
                  data JSONB, \(timestamps) JSONB DEFAULT '{}', client_id TEXT NOT NULL,
                  created_at TIMESTAMPTZ DEFAULT now()\(more)\(origin)
                )
                """,
                "CREATE INDEX idx_sync_changes_user_app ON sync_changes (user_id, app_id, created_at)",
                "CREATE INDEX idx_sync_changes_record ON sync_changes (table_name, record_id, created_at)",
                "CREATE INDEX idx_sync_changes_table ON sync_changes (user_id, app_id, table_name, created_at)",
                "CREATE INDEX somebodys_own ON sync_changes (client_id)",
                "ALTER TABLE sync_changes ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE sync_changes FORCE ROW LEVEL SECURITY",
                """
                CREATE POLICY sync_changes_user_isolation ON sync_changes
                  USING (user_id = current_setting('app.current_user_id', true))
                  WITH CHECK (user_id = current_setting('app.current_user_id', true))
                """,
            ] + (self == .first ? [] : Form.spaces)
        }

        private static let spaces = [
            "CREATE INDEX idx_spaces ON sync_changes (user_id, space_id, app_id, created_at) WHERE space_id IS NOT NULL",
            """
            CREATE POLICY sync_changes_space_member_read ON sync_changes FOR SELECT
              USING (space_id = ANY (string_to_array(current_setting('app.current_user_space_ids', true), ',')))
            """,
        ]

        /// A field's timestamp.
        private var stamp: String {
            let time = #""2024-01-01T09:00:00Z""#
            return self == .third ? #"{"at": \#(time), "actor": {"id": "x"}, "origin": "user"}"# : time
        }

        /// An insert, an update and a delete in one batch, which share their place, and a later insert.
        var rows: String {
            """
            INSERT INTO sync_changes (app_id, table_name, record_id, user_id, op, data, \(timestamps), client_id, created_at) VALUES
              ('todo', 'tasks', 'a', 'anna', 'insert', '{"text": "Milk", "n": 1.50}', '{}', 'phone', '2024-01-01T10:00:00.123456Z'),
              ('todo', 'tasks', 'b', 'anna', 'update', '{"text": "Eggs"}', '{"text": \(stamp)}', 'phone', '2024-01-01T10:00:00.123456Z'),
              ('todo', 'tasks', 'c', 'anna', 'delete', '{"deletedAt": "2024-01-01T09:30:00Z"}', NULL, 'phone', '2024-01-01T10:00:00.123456Z'),
              ('todo', 'tasks', 'd', 'anna', 'insert', '{"text": "Tea"}', '{}', 'phone', '2031-05-01T10:00:00Z'),
              ('todo', 'tasks', 'e', 'bert', 'insert', '{}', '{}', 'phone', '2024-01-01T10:00:00.123456Z')
            """
        }
    }

    private func withDatabase(_ form: Form, _ use: (PostgresDatabase) async throws -> Void) async throws {
        await FixtureSlots.shared.take()
        let outcome: Result<Void, any Error>
        do {
            let database = try await PostgresDatabase.make(.empty)
            do {
                _ = try await PostgresDatabase.run(form.statements + [form.rows], at: database.url)
                try await use(database)
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            try await database.drop()
        } catch {
            await FixtureSlots.shared.giveBack()
            throw error
        }
        await FixtureSlots.shared.giveBack()
        try outcome.get()
    }

    @Test("A start leaves another server's table alone and says what to do: it may be large, and that server at work")
    func startRefuses() async throws {
        try await withDatabase(.first) { database in
            let node = "SELECT pg_relation_filenode('sync_changes')"
            let before = try await database.run(node)
            let store = PostgresStore(PostgresStoreConfig(url: database.url, maxConnections: 2))
            await #expect { try await store.start() } throws: { error in
                let error = error as? StoreError
                return error?.code == .needsMigration && error?.message.contains("db migrate --dry-run") == true
            }
            #expect(try await database.run(node).integer(0, 0) == before.integer(0, 0))
            let tables = try await database.run("SELECT to_regclass('sync_migrations') IS NULL")
            #expect(tables.boolean(0, 0) == true)
        }
    }

    @Test("Rows that nobody could read are counted before anything is done, and the table stays as it is")
    func strangeOperations() async throws {
        try await withDatabase(.first) { database in
            try await database.run(
                "ALTER TABLE sync_changes DROP CONSTRAINT sync_changes_op_check",
                """
                INSERT INTO sync_changes (app_id, table_name, record_id, user_id, op, data, client_id)
                VALUES ('a', 't', 'r', 'u', 'upsert', '{}', 'c')
                """
            )
            let config = PostgresStoreConfig(url: database.url, maxConnections: 2)
            for migrate in [
                { _ = try await PostgresStore.migrationPreview(config) }, { try await PostgresStore.migrate(config) },
            ] as [() async throws -> Void] {
                await #expect { try await migrate() } throws: { error in
                    (error as? StoreError)?.message.contains("1 rows have an op") == true
                }
            }
            let tables = try await database.run("SELECT to_regclass('sync_migrations') IS NULL")
            #expect(tables.boolean(0, 0) == true)
        }
    }

    @Test(
        "Rows and cursors stay, and new rows come after all of them", arguments: Form.allCases, [false, true])
    func takesOver(form: Form, keepingColumns: Bool) async throws {
        try await withDatabase(form) { database in
            let config = PostgresStoreConfig(url: database.url, maxConnections: 2)
            let node = "SELECT pg_relation_filenode('sync_changes')"
            let before = try await database.run(node)
            try await PostgresStore.migrate(config, keepingColumns: keepingColumns)
            let isSameFile = try await database.run(node).integer(0, 0) == before.integer(0, 0)
            #expect(isSameFile == keepingColumns)
            let store = PostgresStore(config)
            try await store.start()
            let rows = try await store.page(client: ClientID("laptop")).sink.rows
            let first = Cursor(UnixTime(microseconds: 1_704_103_200_123_456))
            let paged = try await store.page(client: ClientID("laptop"), limit: 1)
            let later = try await store.page(client: ClientID("laptop"), after: first).records
            let own = try await store.page(client: ClientID("phone")).count
            let small = try await store.page(
                client: ClientID("laptop"), tables: [TableName("tasks"), TableName("x")], byteLimit: 1)
            #expect(small.count == 3)
            try await store.store(push([insert("f")], client: ClientID("watch")))
            let last = try await store.everything(client: ClientID("laptop")).last?.record
            await store.stop()
            let byRecord = Dictionary(uniqueKeysWithValues: rows.map { ($0.record, $0.payload) })
            #expect(
                byRecord == [
                    "a": Payload(data: JSONText(#"{"n": 1.50, "text": "Milk"}"#)),
                    "b": Payload(
                        fields: Payload.Fields(
                            values: JSONText(#"{"text": "Eggs"}"#),
                            timestamps: JSONText(#"{"text": "2024-01-01T09:00:00Z"}"#))),
                    "c": Payload(deletedAt: "2024-01-01T09:30:00Z"), "d": Payload(data: JSONText(#"{"text": "Tea"}"#)),
                ])
            #expect(rows.prefix(3).allSatisfy { $0.cursor == first })
            #expect(paged.count == 3 && paged.hasMore && paged.until == first)
            #expect(later == ["d"])
            #expect(own == 0)
            #expect(last == "f")
        }
    }

    @Test(
        "Timestamps that are kept in objects come out of them",
        arguments: [
            (#"{"b": "t1", "a": "t2"}"#, #"{"a": "t2", "b": "t1"}"#), ("{}", "{}"), ("[1]", "{}"), ("null", "{}"),
            (#"{"a": {"at": "t1", "actor": {}}, "b": "t2"}"#, #"{"a": "t1", "b": "t2"}"#),
            (#"{"a": {"updatedAt": "t1"}}"#, #"{"a": "t1"}"#),
            (#"{"a": {"at": 1, "updatedAt": "t1"}, "b": {"origin": "user"}}"#, #"{"a": "t1"}"#),
            (#"{"a": {"at": "\u2028\""}}"#, "{\"a\": \"\u{2028}\\\"\"}"),
        ])
    func timestamps(inherited: String, expected: String) async throws {
        try await withDatabase(.third) { database in
            try await PostgresStore.migrate(PostgresStoreConfig(url: database.url))
            let found = try await database.run(
                "SELECT \(InheritedTimestamps.expression(of: "$json$\(inherited)$json$::jsonb"))::text")
            #expect(found.string(0, 0) == expected)
        }
    }

    @Test("A dry run says what would be done and does nothing", arguments: Form.allCases)
    func dryRun(form: Form) async throws {
        try await withDatabase(form) { database in
            let before = try await database.run(
                "SELECT data::text, pg_typeof(data)::text FROM sync_changes ORDER BY id")
            let lines = try await PostgresStore.migrationPreview(PostgresStoreConfig(url: database.url))
            let after = try await database.run("SELECT data::text, pg_typeof(data)::text FROM sync_changes ORDER BY id")
            #expect(lines.contains { $0.contains("exclusive lock") && $0.contains("anew") })
            #expect(lines.contains { $0.contains("field_meta") } == (form == .third))
            #expect(lines.contains { $0.contains("idx_sync_changes_record") })
            #expect(!lines.contains { $0.contains("somebodys_own") })
            #expect(
                (0..<5).allSatisfy { before.string($0, 0) == after.string($0, 0) && after.string($0, 1) == "jsonb" })
        }
    }

    @Test("Policies and indexes are ours afterwards, and what others added stays", arguments: Form.allCases)
    func objects(form: Form) async throws {
        try await withDatabase(form) { database in
            try await PostgresStore.migrate(PostgresStoreConfig(url: database.url))
            let fresh = try await PostgresDatabase.make()
            let sql = """
                SELECT string_agg(x, E'\\n' ORDER BY x) FROM (
                  SELECT indexdef AS x FROM pg_indexes WHERE tablename = 'sync_changes' AND indexname <> 'somebodys_own'
                  UNION ALL SELECT policyname || qual FROM pg_policies WHERE tablename = 'sync_changes'
                  UNION ALL SELECT column_name || data_type || is_nullable FROM information_schema.columns
                    WHERE table_name = 'sync_changes') AS objects
                """
            let (taken, made) = (try await database.run(sql), try await fresh.run(sql))
            let kept = try await database.run("SELECT count(*) FROM pg_indexes WHERE indexname = 'somebodys_own'")
            try await fresh.drop()
            #expect(taken.string(0, 0) == made.string(0, 0))
            #expect(kept.integer(0, 0) == 1)
        }
    }

    @Test("A table of that name with other columns is refused and left alone")
    func foreignTable() async throws {
        try await withDatabase(.first) { database in
            try await database.run("ALTER TABLE sync_changes DROP COLUMN op")
            await #expect { try await PostgresStore.migrate(PostgresStoreConfig(url: database.url)) } throws: {
                ($0 as? StoreError)?.code == .unusable
            }
            let rows = try await database.run("SELECT count(*) FROM sync_changes")
            #expect(rows.integer(0, 0) == 5)
        }
    }
}
