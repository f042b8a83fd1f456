import Domain
import Kernel
import NIOCore
import PostgresClient
import StorageShared

/// Storing changes that come from an archive (spec: backup.md, "A user's import").
extension PostgresEngine {
    /// Stores the changes in one transaction, or says what it would be like.
    ///
    /// Where a first attempt went in unnoticed, what it stored counts as there before.
    func restore(
        _ changes: [ArchivalChange], of user: UserID, isRehearsal: Bool
    ) async throws(StoreError) -> RestoreOutcome {
        guard !changes.isEmpty else { return RestoreOutcome() }
        try await digestQuarantine(of: user)
        let columns = try Self.translating { () throws(PostgresError) in try ArchivalColumns(changes, now: time.now) }
        let locks = ScopeLocks(
            of: Push(
                user: user, app: changes[0].app, client: nil, since: .beginning, changes: changes.map(\.change)))
        let (results, wasUnsure) = try await transaction { [self] () throws(PostgresError) in
            [
                try RestoreStatement.make(
                    columns, of: user, locks: locks, role: role, now: wallClock, slack: clock.slack,
                    isRehearsal: isRehearsal)
            ]
        }
        clock.pushWasStored(leftBehind: results[0].boolean(0, 2) == true)
        let (outcome, stored) = try RestoreStatement.outcome(of: changes, in: results[0])
        guard !isRehearsal else { return outcome }
        // Where an earlier attempt may have gone in, this one found its changes: nobody has told of them.
        for (app, tables) in WrittenTables.ofEachApp(in: changes, at: wasUnsure ? Array(changes.indices) : stored) {
            notices.post(
                tables.notices(of: Push(user: user, app: app, client: nil, since: .beginning, changes: [])))
        }
        return outcome
    }

    /// Digests the contents of quarantined changes that pushes left there, so that they are recognised when they come back.
    private func digestQuarantine(of user: UserID) async throws(StoreError) {
        while true {
            let (results, _) = try await transaction { [role] () throws(PostgresError) in
                [
                    try ArchiveStatements.enter(as: user, role: role), try ArchiveStatements.undigested(of: user),
                ]
            }
            let found = ArchiveRows(rows: results[1])
            guard found.rows.rowCount > 0 else { return }
            var contents: [(number: Int64, content: ChangeFingerprint)] = []
            for row in 0..<found.rows.rowCount {
                let eventID = found.eventID(row)
                let content = try found.withChangeRow(row) { row in
                    Result { () throws(StoreError) in try ChangeFingerprint(contentOf: row, eventID: eventID) }
                }
                contents.append((found.number(row), try content.get()))
            }
            _ = try await transaction { [role, contents] () throws(PostgresError) in
                [
                    try ArchiveStatements.enter(as: user, role: role),
                    try RestoreStatement.noting(contents, of: user),
                ]
            }
        }
    }
}

extension WrittenTables {
    /// The tables of some changes, app by app in the order of their first change.
    fileprivate static func ofEachApp(
        in changes: [ArchivalChange], at indices: [Int]
    ) -> [(app: AppID, tables: WrittenTables)] {
        var written: [(app: AppID, tables: WrittenTables)] = []
        for index in indices {
            let change = changes[index]
            if written.last?.app != change.app { written.append((change.app, WrittenTables())) }
            written[written.count - 1].tables.insert(change.change.table, in: change.change.space)
        }
        return written
    }
}

extension ChangeFingerprint {
    /// What a stored change is recognised by when it comes back with an archive.
    fileprivate init(contentOf row: borrowing ChangeRow, eventID: EventID?) throws(StoreError) {
        func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
        func json(_ bytes: UnsafeRawBufferPointer?) -> JSONText? { bytes.map { JSONText(ByteBuffer(bytes: $0)) } }
        var payload = Payload(data: json(row.data), deletedAt: row.deletedAt.map(text), actor: json(row.actor))
        if let values = json(row.fieldValues), let timestamps = json(row.fieldTimestamps) {
            payload.fields = Payload.Fields(values: values, timestamps: timestamps)
        }
        let change = PushedChange(
            table: TableName(text(row.table)), record: RecordID(text(row.record)), operation: row.operation,
            eventID: eventID, space: row.space.map { SpaceID(text($0)) }, schemaVersion: row.schemaVersion,
            origin: row.origin.map(text), payload: payload, fingerprint: ChangeFingerprint(high: 0, low: 0))
        guard let app = AppID(text(row.app)) else {
            throw StoreError(.unusable, "The database is damaged.", cause: "a quarantined change of no app")
        }
        let client = row.client.isEmpty ? nil : ClientID(text(row.client))
        do throws(CryptoError) {
            try self.init(contentOf: change, app: app, client: client)
        } catch {
            throw StoreError(.internalFault, "A change's digest could not be computed.", cause: "\(error)")
        }
    }
}
