/// Reads database files that ``WholeLog/copyDatabase(to:)`` wrote, or that somebody took from a server that was stopped, on whichever engine this
/// server itself works (spec: backup.md, "Schedule, retention, restore").
public protocol DatabaseCopies: Sendable {
    /// Lends the log that a file holds. The file itself stays as it is, byte for byte: it is checked whole (SQLite's own check of its structure and
    /// indexes, and the number of changes), and what is read is a copy of it, brought to this server's schema.
    ///
    /// - Parameters:
    ///   - path: The file; commits in a write-ahead log beside it are read too.
    ///   - staging: A folder for the owner alone, in which there is room for the copy. The caller removes it.
    /// - Throws: ``StoreError`` with `unusable` for a file that is damaged or no database of ours, `newerSchema` for one of a newer server, `full` where
    ///   the disk is; or what `use` throws.
    func withCopy<Value: Sendable>(
        at path: String, staging: String, _ use: (any WholeLog & UserLog) async throws -> Value
    ) async throws -> Value
}
