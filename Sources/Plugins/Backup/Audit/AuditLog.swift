import Domain
import Kernel

/// What was done with the server's data: append-only, each entry chained to the one before it by its digest, so that nobody changes or removes
/// one in the middle unnoticed (spec: backup.md, "Backup runs"). Instances may write at the same time.
struct AuditLog: Sendable {
    private let tables: any PluginTables
    private let time: any TimeSource

    /// The log in the plugin's tables.
    init(tables: any PluginTables, time: any TimeSource) {
        self.tables = tables
        self.time = time
    }

    /// Writes an event behind the last entry.
    ///
    /// - Throws: `StoreError`, also where the entry may be on record: better twice than not at all.
    @discardableResult
    func append(_ event: AuditEvent) async throws -> AuditEntry {
        while true {
            let last = try await latest(limit: 1).first
            let entry = try AuditEntry(
                number: (last?.number ?? 0) + 1, event: event, createdAt: time.now, after: last?.digest)
            // Somebody else may have the number by now: then the entry belongs behind theirs.
            if try await tables.run(Self.insertion(of: entry)).changed == 1 { return entry }
            try Task.checkCancellation()
        }
    }

    /// The last entries, newest first.
    func latest(limit: Int) async throws -> [AuditEntry] {
        try await entries("ORDER BY number DESC LIMIT $1", .integer(Int64(limit)))
    }

    /// The number of the first entry that is not what was written, or does not follow the one before it; nil where all do. That entries are missing at the
    /// end only the last digest tells, kept elsewhere.
    func firstBroken() async throws -> Int64? {
        var previous: (number: Int64, digest: SHA256Digest?) = (0, nil)
        while true {
            let page = try await entries(
                "WHERE number > $1 ORDER BY number LIMIT 500", .integer(previous.number))
            for entry in page {
                guard entry.number == previous.number + 1, try entry.follows(previous.digest) else {
                    return previous.number + 1
                }
                previous = (entry.number, entry.digest)
            }
            if page.isEmpty { return nil }
        }
    }

    private static let columns =
        "number, event_type, actor_id, actor_email, scope, scope_root, metadata, created_at, digest"

    private func entries(_ condition: String, _ value: PluginValue) async throws(StoreError) -> [AuditEntry] {
        let rows = try await tables.run(
            PluginStatement("SELECT \(Self.columns) FROM sync_backup_audit \(condition)", value)
        ).rows
        return try rows.map { (row) throws(StoreError) in try AuditEntry(row) }
    }

    private static func insertion(of entry: AuditEntry) -> PluginStatement {
        PluginStatement(
            """
            INSERT INTO sync_backup_audit (\(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (number) DO NOTHING
            """,
            .integer(entry.number), .text(entry.event.type.rawValue), .text(entry.event.actorID),
            .text(entry.event.actorEmail), .text(entry.event.scope.rawValue), .text(entry.event.scopeRoot),
            .text(entry.event.metadata), .integer(entry.createdAt.microseconds), .bytes(entry.digest.bytes))
    }
}

extension AuditEntry {
    /// Reads a row of the table.
    fileprivate init(_ row: [PluginValue]) throws(StoreError) {
        guard row.count == 9, let number = row[0].integer, let type = row[1].text, let actor = row[2].text,
            let scope = row[4].text.flatMap(AuditScope.init(rawValue:)), let metadata = row[6].text,
            let createdAt = row[7].integer, let digest = row[8].bytes.flatMap({ SHA256Digest(bytes: $0) })
        else { throw StoreError(.unusable, "The audit log is damaged.") }
        self.init(
            number: number,
            event: AuditEvent(
                type: AuditEventType(rawValue: type), actorID: actor, actorEmail: row[3].text, scope: scope,
                scopeRoot: row[5].text, metadata: metadata),
            createdAt: UnixTime(microseconds: createdAt), digest: digest)
    }
}
