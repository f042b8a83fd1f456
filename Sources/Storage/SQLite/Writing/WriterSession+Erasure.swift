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
        let erased = try delete(from: "sync_changes", of: user) + delete(from: "quarantine", of: user)
        _ = try delete(from: "push_receipts", of: user)
        let place = try nextPlace()
        let enter = try connection.prepare(
            "INSERT INTO erasures (pseudonym, place, erased, erased_at) VALUES (?1, ?2, ?3, ?4)")
        try enter.bindBlob(1, pseudonym)
        try enter.bind(2, place)
        try enter.bind(3, Int64(erased))
        try enter.bind(4, time.now.microseconds)
        try enter.run()
        return Erasure(
            erased: erased, pseudonym: pseudonym.hexadecimal, place: Cursor(UnixTime(microseconds: place)))
    }

    private func delete(from table: String, of user: UserID) throws(StoreError) -> Int {
        let delete = try connection.prepare("DELETE FROM \(table) WHERE user_id = ?1")
        try delete.bind(1, user.text)
        try delete.run()
        return connection.changedRows
    }

    /// Empties the write-ahead log, where old pages still stand, unless readers hold it: then it is overwritten as it is used.
    private func endErasure() {
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
        let statement = try connection.prepare("SELECT secret FROM erasure_key WHERE only = 1")
        defer { statement.reset() }
        guard try statement.step(), let key = ErasureKey(Array(statement.blob(0))) else {
            throw StoreError(.unusable, "The database is damaged.", cause: "the key of the erasure ledger is missing")
        }
        return key
    }

    /// The pseudonym of a user.
    func digest(of user: UserID) throws(StoreError) -> SHA256Digest {
        do throws(CryptoError) {
            return try pseudonym(of: user)
        } catch {
            throw StoreError(.internalFault, "A user's pseudonym could not be computed.", cause: "\(error)")
        }
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
