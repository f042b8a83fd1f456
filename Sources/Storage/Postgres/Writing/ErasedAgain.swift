import Domain
import Kernel
import PostgresClient

/// Erasing again what came back with a restore (spec: backup.md, "Erasure"): in transactions of its own, or as a part of one.
struct ErasedAgain {
    let role: String?
    /// Runs statements, the last of which change something and are whole or nothing.
    let run: ([PostgresStatement]) async throws(StoreError) -> [PostgresResult]

    /// Removes what the ledgers say, the database's own among them, and enters it there.
    func reapply(_ ledgers: [ErasureLedger]) async throws(StoreError) -> ReappliedErasures {
        let own = try await ledger()
        let index = try ErasureIndex(ledgers + [own])
        guard let last = index.lastPlace else { return ReappliedErasures() }
        guard let key = ErasureKey(own.secret) else { throw ErasureStatements.keyIsMissing }
        var erasures: [(user: UserID, entry: ErasureLedger.Entry)] = []
        for user in try await users() {
            guard var entry = try index.erasure(of: user) else { continue }
            entry.pseudonym = try key.digest(of: user)
            erasures.append((user, entry))
        }
        let statements: [PostgresStatement]
        do throws(PostgresError) {
            statements = try ErasureStatements.reapply(erasures, role: role, last: last)
        } catch {
            throw StoreError(error)
        }
        let rows = try await run(statements)[0]
        var reapplied = ReappliedErasures()
        reapplied.users = Int(rows.integer(0, 0) ?? 0)
        reapplied.erased = Int(rows.integer(0, 1) ?? 0)
        return reapplied
    }

    /// The database's own ledger.
    func ledger() async throws(StoreError) -> ErasureLedger {
        let secret = try await secret()
        let rows = try await runAsOperator { () throws(PostgresError) in PostgresStatement(ErasureStatements.list) }
        return ErasureLedger(
            secret: secret,
            entries: (0..<rows.rowCount).compactMap { row in
                rows.withBytes(row, 0) { $0.flatMap { SHA256Digest(bytes: $0) } }.map { pseudonym in
                    ErasureLedger.Entry(
                        pseudonym: pseudonym, place: Cursor(UnixTime(microseconds: rows.timestamp(row, 1) ?? 0)),
                        erasedAt: UnixTime(microseconds: rows.timestamp(row, 2) ?? 0))
                }
            })
    }

    /// The secret of the database's key; empty where it is missing.
    func secret() async throws(StoreError) -> [UInt8] {
        let rows = try await runAsOperator { () throws(PostgresError) in PostgresStatement(ErasureStatements.secret) }
        return rows.withBytes(0, 0) { $0.map { Array($0) } ?? [] }
    }

    /// Everyone of whom something is kept, whom only the operator's policy shows.
    private func users() async throws(StoreError) -> Set<UserID> {
        var users: Set<UserID> = []
        for table in ["sync_changes", "sync_quarantine", "sync_push_receipts", "sync_space_memberships"] {
            var last = ""
            while true {
                let rows = try await runAsOperator { () throws(PostgresError) in
                    try ErasureStatements.users(in: table, after: last)
                }
                let names = (0..<rows.rowCount).compactMap { rows.string($0, 0) }
                guard let name = names.last else { break }
                users.formUnion(names.map { UserID($0) })
                last = name
            }
        }
        return users
    }

    private func runAsOperator(
        _ statement: () throws(PostgresError) -> PostgresStatement
    ) async throws(StoreError) -> PostgresResult {
        let statements: [PostgresStatement]
        do throws(PostgresError) {
            statements = [try ErasureStatements.enterAsOperator(role: role), try statement()]
        } catch {
            throw StoreError(error)
        }
        return try await run(statements)[1]
    }
}
