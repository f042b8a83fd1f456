import Domain
import Kernel

/// Erasing a user (spec: backup.md, "Erasure").
extension WriterSession {
    /// Removes what a user authored and enters it in the ledger, in one transaction. The bytes are overwritten, not only let go.
    mutating func erase(_ user: UserID) throws(StoreError) -> Erasure {
        try connection.execute("PRAGMA secure_delete = ON")
        defer { endErasure() }
        return try transaction { (session) throws(StoreError) in try session.eraseWithinTransaction(user) }
    }

    private mutating func eraseWithinTransaction(_ user: UserID) throws(StoreError) -> Erasure {
        let pseudonym = try ErasureKey.stored(in: connection).digest(of: user)
        let erased = try deleteRows(of: user)
        let place = Cursor(UnixTime(microseconds: try nextPlace()))
        try enter(ErasureLedger.Entry(pseudonym: pseudonym, place: place, erasedAt: time.now), erased: erased)
        return Erasure(erased: erased, pseudonym: pseudonym.hexadecimal, place: place)
    }

    /// Removes what a user authored: all of it, or up to a place and a time.
    ///
    /// - Returns: how many changes of the log and of the quarantine.
    func deleteRows(of user: UserID, upTo last: ErasureLedger.Entry? = nil) throws(StoreError) -> Int {
        func delete(from table: String, where column: String, upTo bound: UnixTime?) throws(StoreError) -> Int {
            let delete = try connection.prepare("DELETE FROM \(table) WHERE user_id = ?1 AND \(column) <= ?2")
            try delete.bind(1, user.text)
            try delete.bind(2, bound?.microseconds ?? .max)
            try delete.run()
            return connection.changedRows
        }
        let changes = try delete(from: "sync_changes", where: "created_at", upTo: last?.place.time)
        let quarantined = try delete(from: "quarantine", where: "quarantined_at", upTo: last?.erasedAt)
        _ = try delete(from: "push_receipts", where: "stored_at", upTo: last?.erasedAt)
        try removeGrants(of: user, upTo: last)
        return changes + quarantined
    }

    /// Enters an erasure in the ledger, unless it is there.
    func enter(_ entry: ErasureLedger.Entry, erased: Int) throws(StoreError) {
        let enter = try connection.prepare(
            """
            INSERT INTO erasures (pseudonym, place, erased, erased_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (pseudonym, place) DO NOTHING
            """)
        try enter.bindBlob(1, entry.pseudonym)
        try enter.bind(2, entry.place.time.microseconds)
        try enter.bind(3, Int64(erased))
        try enter.bind(4, entry.erasedAt.microseconds)
        try enter.run()
    }

    /// Empties the write-ahead log, where old pages still stand, unless readers hold it: then it is overwritten as it is used.
    func endErasure() {
        // The erasure is durable or undone by now, whatever becomes of these.
        try? connection.execute("PRAGMA secure_delete = OFF")
        try? connection.withBusyTimeout(.milliseconds(250)) { () throws(StoreError) in
            try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }
}

extension ErasureKey {
    /// The key of a database.
    static func stored(in connection: SQLiteConnection) throws(StoreError) -> ErasureKey {
        guard let key = ErasureKey(try secret(in: connection)) else {
            throw StoreError(.unusable, "The database is damaged.", cause: "the key of the erasure ledger is missing")
        }
        return key
    }

    /// The secret of a database's key; empty where it is missing.
    static func secret(in connection: SQLiteConnection) throws(StoreError) -> [UInt8] {
        let statement = try connection.prepare("SELECT secret FROM erasure_key WHERE only = 1")
        defer { statement.reset() }
        return try statement.step() ? Array(statement.blob(0)) : []
    }
}

extension SQLiteStatement {
    /// Binds the 32 bytes of a digest.
    func bindBlob(_ index: Int32, _ digest: SHA256Digest) throws(StoreError) {
        let bound = digest.withUnsafeBytes { bytes in
            Result { () throws(StoreError) in try bindBlob(index, bytes) }
        }
        try bound.get()
    }
}
