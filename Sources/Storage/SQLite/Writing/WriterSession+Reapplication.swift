import Domain
import Kernel

/// Erasing again what came back with a restore (spec: backup.md, "Erasure").
extension WriterSession {
    /// Removes what the ledgers say, the database's own among them, and enters it there, in one transaction.
    mutating func reapply(_ ledgers: [ErasureLedger]) throws(StoreError) -> ReappliedErasures {
        try connection.execute("PRAGMA secure_delete = ON")
        defer { endErasure() }
        return try transaction { (session) throws(StoreError) in try session.reapplyWithinTransaction(ledgers) }
    }

    /// The same as a part of a transaction that has begun. The clock is written too.
    mutating func reapplyWithinTransaction(_ ledgers: [ErasureLedger]) throws(StoreError) -> ReappliedErasures {
        let index = try ErasureIndex(ledgers + [ledger()])
        let key = try ErasureKey.stored(in: connection)
        var reapplied = ReappliedErasures()
        for user in try users() {
            guard var entry = try index.erasure(of: user) else { continue }
            let erased = try deleteRows(of: user, upTo: entry)
            reapplied.erased += erased
            if erased > 0 { reapplied.users += 1 }
            entry.pseudonym = try key.digest(of: user)
            try enter(entry, erased: erased)
        }
        if let last = index.lastPlace {
            let place = max(try lastPlace(), last.time.microseconds)
            clock = place
            try statements.writeClock.bind(1, place)
            try statements.writeClock.run()
        }
        return reapplied
    }

    /// The database's own ledger.
    func ledger() throws(StoreError) -> ErasureLedger {
        var ledger = ErasureLedger(secret: try ErasureKey.secret(in: connection), entries: [])
        let rows = try connection.prepare("SELECT pseudonym, max(place), erased_at FROM erasures GROUP BY pseudonym")
        defer { rows.reset() }
        while try rows.step() {
            guard let pseudonym = SHA256Digest(bytes: rows.blob(0)) else { continue }
            ledger.entries.append(
                ErasureLedger.Entry(
                    pseudonym: pseudonym, place: Cursor(UnixTime(microseconds: rows.integer(1))),
                    erasedAt: UnixTime(microseconds: rows.integer(2))))
        }
        return ledger
    }

    /// Everyone who has rows, found by a step in an index for each.
    private func users() throws(StoreError) -> Set<UserID> {
        var users: Set<UserID> = []
        for table in ["sync_changes", "quarantine", "push_receipts", "space_memberships"] {
            let next = try connection.prepare("SELECT min(user_id) FROM \(table) WHERE user_id > ?1")
            var last = ""
            while true {
                try next.bind(1, last)
                defer { next.reset() }
                guard try next.step(), !next.isNull(0) else { break }
                last = next.string(0)
                users.insert(UserID(last))
            }
        }
        return users
    }
}
