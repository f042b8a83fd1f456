import ArtifactStore
import Domain
import JSONScanner
import Kernel

/// What is known of all backups, in the plugin's tables: one run at a time over all instances.
struct Catalog: Sendable {
    let tables: any PluginTables
    let time: any TimeSource
    /// What this process is called in the catalog.
    let instance: String

    /// How long an instance may be silent before its run is taken for dead.
    static let silence = Duration.seconds(90)
    /// How often an instance says that its run is alive.
    static let heartbeat = Duration.seconds(15)

    /// Enters a new run.
    ///
    /// - Throws: ``BackupError`` with `running` while one is under way, here or elsewhere.
    func begin(_ kind: CatalogEntry.Kind, for requester: Requester) async throws -> CatalogEntry {
        let now = time.now
        let id = EventID.make(at: now).description
        let inserted = try await tables.run(
            PluginStatement(
                """
                INSERT INTO sync_backup_runs
                  (id, kind, status, slot, instance, heartbeat_at, requested_by, requested_by_email, started_at)
                VALUES ($1, $2, 'running', 1, $3, $4, $5, $6, $4) ON CONFLICT (slot) DO NOTHING
                """,
                .text(id), .text(kind.rawValue), .text(instance), .integer(now.microseconds), .text(requester.id),
                .text(requester.email)))
        guard inserted.changed == 1 else {
            let running = try await tables.run(PluginStatement("SELECT id FROM sync_backup_runs WHERE slot = 1"))
            throw BackupError(
                .running, "A backup is being made.", run: running.rows.first?.first.flatMap { $0.text })
        }
        return CatalogEntry(id: id, kind: kind, status: .running, requester: requester, startedAt: now)
    }

    /// Notes the number of the run's entry in the audit log.
    func note(auditID: Int64, of id: String) async throws {
        try await tables.run(
            PluginStatement("UPDATE sync_backup_runs SET audit_id = $2 WHERE id = $1", .text(id), .integer(auditID)))
    }

    /// Says that a run is alive.
    ///
    /// - Throws: ``BackupError`` with `interrupted` where it was taken for dead: it has to end then.
    func beat(_ id: String) async throws {
        try await keep(
            PluginStatement(
                "UPDATE sync_backup_runs SET heartbeat_at = $2 WHERE id = $1 AND slot = 1", .text(id),
                .integer(time.now.microseconds)))
    }

    /// Notes where a run's bundle is; the run is then being verified.
    func store(_ bundle: StoredBundle, of id: String) async throws {
        try await keep(
            PluginStatement(
                """
                UPDATE sync_backup_runs SET status = 'verifying', heartbeat_at = $2, storage_uri = $3, size_bytes = $4, sha256 = $5,
                  row_counts = $6, sheet_count = $7, warnings = $8
                WHERE id = $1 AND slot = 1
                """,
                .text(id), .integer(time.now.microseconds), .text(bundle.uri.description),
                .integer(Int64(bundle.size)), .text(bundle.sha256), .text(CatalogEntry.json(of: bundle.rowCounts)),
                .integer(Int64(bundle.entryCount)), .text(CatalogEntry.json(of: bundle.warnings))))
    }

    /// Notes that a run is done, and verified.
    func finish(_ id: String) async throws {
        let now = time.now.microseconds
        try await keep(
            PluginStatement(
                """
                UPDATE sync_backup_runs SET status = 'done', slot = NULL, finished_at = $2, verified_at = $2
                WHERE id = $1 AND slot = 1
                """, .text(id), .integer(now)))
    }

    /// Notes that a run failed; nothing where that is known, or the run is over.
    ///
    /// - Returns: whether it was noted now.
    @discardableResult
    func fail(_ id: String, because reason: String) async throws -> Bool {
        let rows = try await tables.run(
            PluginStatement(
                """
                UPDATE sync_backup_runs SET status = 'failed', slot = NULL, finished_at = $2, error = $3
                WHERE id = $1 AND slot = 1
                """, .text(id), .integer(time.now.microseconds), .text(reason)))
        return rows.changed == 1
    }

    /// The run under way, if its instance has not been heard of for too long, or from a time that has not come, since the clock was set back; at the start of an instance also if it was its own.
    func abandoned(atStart: Bool) async throws -> CatalogEntry? {
        let now = time.now
        return try await entries(
            "WHERE slot = 1 AND (heartbeat_at < $1 OR heartbeat_at > $2 OR instance = $3)",
            .integer(now.advanced(by: .zero - Self.silence).microseconds),
            .integer(now.advanced(by: Self.silence).microseconds), .text(atStart ? instance : "")
        ).first
    }

    /// The newest entries, newest first.
    func latest(limit: Int) async throws -> [CatalogEntry] {
        try await entries("ORDER BY started_at DESC, id DESC LIMIT $1", .integer(Int64(limit)))
    }

    /// An entry.
    ///
    /// - Throws: ``BackupError`` with `notFound`.
    func entry(_ id: String) async throws -> CatalogEntry {
        guard let entry = try await entries("WHERE id = $1", .text(id)).first else {
            throw BackupError(.notFound, "The catalog has no such backup.")
        }
        return entry
    }

    /// The entries whose artifact should be there, oldest first.
    func kept() async throws -> [CatalogEntry] {
        try await entries("WHERE status = 'done' AND deleted_at IS NULL ORDER BY started_at, id")
    }

    /// Whether there are artifacts, or one is being made.
    func holdsAnything() async throws -> Bool {
        try await !entries("WHERE status <> 'failed' AND deleted_at IS NULL LIMIT 1").isEmpty
    }

    /// The entries that should have no artifact any more.
    func released() async throws -> [CatalogEntry] {
        try await entries("WHERE status = 'failed' OR deleted_at IS NOT NULL")
    }

    /// Notes that an artifact is deleted.
    ///
    /// - Returns: whether it was noted now, and not before.
    func markDeleted(_ id: String) async throws -> Bool {
        try await tables.run(
            PluginStatement(
                "UPDATE sync_backup_runs SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL", .text(id),
                .integer(time.now.microseconds))
        ).changed == 1
    }

    /// Notes what a later verification found: the time where all was well, none where it was not.
    func markVerified(_ id: String, isSound: Bool) async throws {
        let sql = "UPDATE sync_backup_runs SET verified_at = $2 WHERE id = $1 AND status = 'done'"
        try await tables.run(
            PluginStatement(sql, .text(id), isSound ? .integer(time.now.microseconds) : .null))
    }

    private func keep(_ statement: PluginStatement) async throws {
        guard try await tables.run(statement).changed == 1 else {
            throw BackupError(.interrupted, "The run was taken for dead meanwhile, and is not to go on.")
        }
    }

    private static let columns = """
        id, kind, status, requested_by, requested_by_email, audit_id, storage_uri, size_bytes, row_counts, sheet_count,
        warnings, error, started_at, finished_at, deleted_at, verified_at, sha256
        """

    private func entries(_ condition: String, _ values: PluginValue...) async throws -> [CatalogEntry] {
        let statement = PluginStatement("SELECT \(Self.columns) FROM sync_backup_runs \(condition)", values: values)
        return try await tables.run(statement).rows.map { try CatalogEntry($0) }
    }
}

extension CatalogEntry {
    /// Reads a row of the table.
    fileprivate init(_ row: [PluginValue]) throws {
        guard row.count == 17, let id = row[0].text, let kind = row[1].text.flatMap(Kind.init(rawValue:)),
            let status = row[2].text.flatMap(Status.init(rawValue:)), let requester = row[3].text,
            let startedAt = row[12].integer
        else { throw StoreError(.unusable, "The catalog of backups is damaged.") }
        func time(_ value: PluginValue) -> UnixTime? { value.integer.map { UnixTime(microseconds: $0) } }
        self.init(
            id: id, kind: kind, status: status, requester: Requester(id: requester, email: row[4].text),
            auditID: row[5].integer, uri: row[6].text.map { ArtifactURI($0) }, size: row[7].integer,
            entryCount: row[9].integer.map { Int($0) }, error: row[11].text,
            startedAt: UnixTime(microseconds: startedAt), finishedAt: time(row[13]), deletedAt: time(row[14]),
            verifiedAt: time(row[15]), sha256: row[16].text)
        let counts = try JSONValue(parsing: Array((row[8].text ?? "{}").utf8), maximumLength: 16 << 20)
        for member in counts.members ?? [] { rowCounts[member.name] = Int64(member.value.integer ?? 0) }
        let texts = try JSONValue(parsing: Array((row[10].text ?? "[]").utf8), maximumLength: 16 << 20)
        warnings = texts.elements?.compactMap(\.string) ?? []
    }
}
