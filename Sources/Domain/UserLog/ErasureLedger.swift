public import Kernel

/// Who was erased and how far, by keyed hashes of their ids (spec: backup.md, "Erasure").
public struct ErasureLedger: Hashable, Sendable {
    /// One user's last erasure.
    public struct Entry: Hashable, Sendable {
        /// The user's pseudonym under the ledger's secret.
        public var pseudonym: SHA256Digest
        /// The place in the clock up to which the user's rows are gone.
        public var place: Cursor
        /// When that was, by the wall clock.
        public var erasedAt: UnixTime

        /// An entry of its parts.
        public init(pseudonym: SHA256Digest, place: Cursor, erasedAt: UnixTime) {
            self.pseudonym = pseudonym
            self.place = place
            self.erasedAt = erasedAt
        }
    }

    /// The key of the pseudonyms: 1 to 64 bytes. Who has it and the entries can try ids; so the two are not to be kept where everyone may read.
    public var secret: [UInt8]
    /// The entries, a pseudonym once.
    public var entries: [Entry]

    /// A ledger of its parts.
    public init(secret: [UInt8], entries: [Entry]) {
        self.secret = secret
        self.entries = entries
    }
}
