import Domain
import PostgresClient

/// What makes a table of the server that this one replaces ours, in place: its rows and its clients' cursors stay as they are (spec: storage.md,
/// "What is stored").
///
/// That server kept JSON as `jsonb`, which cannot hold all that clients push: the columns become `json`, for which PostgreSQL writes the table anew.
struct Takeover: Sendable {
    /// What is done, in order, instead of making the table.
    let statements: [String]
    /// What it means, for people.
    let remarks: [String]

    /// Finds the table, if there is one.
    ///
    /// - Parameter keepingColumns: whether the old columns stay, renamed, beside new ones: nothing is written anew, and each page that has inherited rows
    ///   costs a little more.
    /// - Throws: `unusable` for a table of that name that lacks what a change consists of.
    static func find(_ session: PostgresSession, keepingColumns: Bool) async throws -> Takeover? {
        let found = try await session.query(PostgresStatement(findColumns, isPrepared: false))
        guard found.rowCount > 0 else { return nil }
        var types: [String: String] = [:]
        for row in 0..<found.rowCount { types[found.string(row, 0) ?? ""] = found.string(row, 1) }
        try await checkOperations(session, hasColumn: types["op"] != nil)
        let size = try await session.query(PostgresStatement(measure, isPrepared: false))
        let indexes = try await session.query(PostgresStatement(findIndexes, isPrepared: false))
        return try Takeover(
            types: types, keepingColumns: keepingColumns, rows: size.integer(0, 0) ?? 0, size: size.string(0, 1) ?? "",
            hasKey: size.boolean(0, 2) == true,
            oldIndexes: (0..<indexes.rowCount).compactMap { indexes.string($0, 0) })
    }

    private init(
        types: [String: String], keepingColumns: Bool, rows: Int64, size: String, hasKey: Bool, oldIndexes: [String]
    ) throws(StoreError) {
        var faults = Self.required.filter { types[$0] == nil }.map { "it has no column \($0)" }
        if let type = types["id"], type != "uuid" { faults.append("its column id is \(type), not uuid") }
        guard faults.isEmpty else {
            throw StoreError(
                .unusable, "The database's table sync_changes cannot be taken over: \(faults.joined(separator: ", ")).")
        }
        var statements = [InheritedTimestamps.function]
        var remarks = [
            "takes over the table sync_changes: \(rows < 0 ? "rows not counted yet" : "about \(rows) rows"), \(size) with its indexes"
        ]
        var timestamps = types["field_timestamps"]
        if timestamps == nil, let meta = types["field_meta"] {
            statements.append("ALTER TABLE sync_changes RENAME COLUMN field_meta TO field_timestamps")
            remarks.append("renames the column field_meta to field_timestamps")
            timestamps = meta
        }
        for policy in ["sync_changes_user_isolation", "sync_changes_space_member_read"] {
            statements.append("DROP POLICY IF EXISTS \(policy) ON sync_changes")
        }
        statements += oldIndexes.map { "DROP INDEX \($0)" }
        remarks += oldIndexes.map { "drops the index \($0), whose questions others answer" }
        if keepingColumns {
            statements += Self.renames(types: types, timestamps: timestamps)
            statements.append(Self.alter(Self.additions(hasKey: hasKey, types: types)))
            remarks.append(
                "keeps the columns of jsonb as \(TableForm.old.map(TableForm.oldName).joined(separator: ", ")), and adds ours beside them: "
                    + "the table is checked under an exclusive lock, but not written anew")
        } else {
            statements.append(
                Self.alter(
                    Self.changes(types: types, timestamps: timestamps) + (hasKey ? [] : ["ADD PRIMARY KEY (id)"])))
            remarks.append(
                "turns jsonb into json: PostgreSQL writes the table anew under an exclusive lock, and needs as much free disk again "
                    + "(--keep-columns does without)")
        }
        remarks.append("makes the indexes, policies and functions of this server")
        self.statements = statements
        self.remarks = remarks
    }

    /// Rows of other operations could be read by nobody, and not be restored from a backup.
    private static func checkOperations(_ session: PostgresSession, hasColumn: Bool) async throws {
        guard hasColumn else { return }
        let strange = try await session.query(PostgresStatement(countStrangeOperations, isPrepared: false))
        guard let count = strange.integer(0, 0), count > 0 else { return }
        throw StoreError(
            .unusable,
            """
            The database's table sync_changes cannot be taken over: \(count) rows have an op that is no insert, update or delete. \
            Correct or remove them first.
            """)
    }

    private static func alter(_ changes: [String]) -> String {
        "ALTER TABLE sync_changes\n  \(changes.joined(separator: ",\n  "))"
    }

    /// Puts the old columns aside.
    private static func renames(types: [String: String], timestamps: String?) -> [String] {
        var present = types
        present["field_timestamps"] = timestamps
        return TableForm.old.flatMap { column in
            let old = TableForm.oldName(column)
            guard present[column] != nil else { return ["ALTER TABLE sync_changes ADD COLUMN \(old) jsonb"] }
            return [
                "ALTER TABLE sync_changes RENAME COLUMN \(column) TO \(old)",
                "ALTER TABLE sync_changes ALTER COLUMN \(old) DROP DEFAULT, ALTER COLUMN \(old) DROP NOT NULL",
            ]
        }
    }

    /// What is added where nothing may be written anew.
    private static func additions(hasKey: Bool, types: [String: String]) -> [String] {
        var changes = [
            "ADD COLUMN data json", "ADD COLUMN field_timestamps json NOT NULL DEFAULT '{}'", "ADD COLUMN actor json",
            "ADD COLUMN field_values json", "ADD COLUMN members smallint CHECK (members BETWEEN 0 AND 7)",
            "ADD COLUMN payload_bytes integer", "ALTER COLUMN created_at SET NOT NULL",
        ]
        for column in ["space_id", "origin", "deleted_at"] where types[column] == nil {
            changes.append("ADD COLUMN \(column) text")
        }
        if types["client_id"] == nil { changes.append("ADD COLUMN client_id text NOT NULL DEFAULT ''") }
        if types["schema_version"] == nil {
            changes.append("ADD COLUMN schema_version integer NOT NULL DEFAULT 1 CHECK (schema_version >= 1)")
        }
        return changes + (hasKey ? [] : ["ADD PRIMARY KEY (id)"])
    }

    /// The parts of the one ALTER TABLE that writes the table anew.
    private static func changes(types: [String: String], timestamps: String?) -> [String] {
        var changes: [String] = []
        func add(_ column: String, _ definition: String) {
            if types[column] == nil { changes.append("ADD COLUMN \(column) \(definition)") }
        }
        if types["data"] == "jsonb" { changes.append("ALTER COLUMN data TYPE json USING data::text::json") }
        if timestamps == nil {
            changes.append("ADD COLUMN field_timestamps json NOT NULL DEFAULT '{}'")
        } else {
            changes.append("ALTER COLUMN field_timestamps DROP DEFAULT")
            let old = "field_timestamps"
            let new =
                timestamps == "jsonb" ? InheritedTimestamps.expression(of: old) : "coalesce(\(old)::text, '{}')::json"
            changes.append("ALTER COLUMN field_timestamps TYPE json USING \(new)")
            changes.append("ALTER COLUMN field_timestamps SET DEFAULT '{}'")
            changes.append("ALTER COLUMN field_timestamps SET NOT NULL")
        }
        if types["actor"] == "jsonb" {
            changes += ["ALTER COLUMN actor DROP DEFAULT", "ALTER COLUMN actor TYPE json USING actor::text::json"]
        }
        add("actor", "json")
        for column in ["space_id", "origin", "deleted_at"] { add(column, "text") }
        add("field_values", "json")
        add("members", "smallint CHECK (members BETWEEN 0 AND 7)")
        add("payload_bytes", "integer")
        add("client_id", "text NOT NULL DEFAULT ''")
        if types["client_id"] != nil {
            changes.append("ALTER COLUMN client_id TYPE text USING coalesce(client_id, '')")
            changes += ["ALTER COLUMN client_id SET DEFAULT ''", "ALTER COLUMN client_id SET NOT NULL"]
        }
        add("schema_version", "integer NOT NULL DEFAULT 1 CHECK (schema_version >= 1)")
        if types["schema_version"] != nil {
            changes.append("ALTER COLUMN schema_version DROP DEFAULT")
            changes.append("ALTER COLUMN schema_version TYPE integer USING greatest(1, coalesce(schema_version, 1))")
            changes += ["ALTER COLUMN schema_version SET DEFAULT 1", "ALTER COLUMN schema_version SET NOT NULL"]
            changes.append("ADD CHECK (schema_version >= 1)")
        }
        // A row without a time came before all others.
        changes.append(
            "ALTER COLUMN created_at TYPE timestamptz USING coalesce(created_at, timestamptz '1970-01-01 00:00:00.000001Z')"
        )
        changes.append("ALTER COLUMN created_at SET NOT NULL")
        return changes
    }

    private static let required = [
        "id", "app_id", "table_name", "record_id", "user_id", "op", "data", "created_at",
    ]

    private static let countStrangeOperations = """
        SELECT count(*) FROM sync_changes WHERE op::text IS NULL OR op::text NOT IN ('insert', 'update', 'delete')
        """

    private static let findColumns = """
        SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute
        WHERE attrelid = to_regclass('sync_changes') AND attnum > 0 AND NOT attisdropped
        """

    private static let measure = """
        SELECT reltuples::bigint, pg_size_pretty(pg_total_relation_size(oid)),
          EXISTS (SELECT FROM pg_index WHERE indrelid = pg_class.oid AND indisprimary)
        FROM pg_class WHERE oid = to_regclass('sync_changes')
        """

    /// That server's own indexes, by their columns. What others made stays.
    private static let findIndexes = """
        SELECT i.indexrelid::regclass::text FROM pg_index AS i
        WHERE i.indrelid = to_regclass('sync_changes') AND NOT i.indisunique AND i.indexprs IS NULL
          AND (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, n)
            JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum)
          IN ('user_id,app_id,created_at', 'table_name,record_id,created_at', 'user_id,app_id,table_name,created_at',
            'user_id,space_id,app_id,created_at')
        """
}
