public import Kernel

/// The users who were erased, under pseudonyms, and how far their rows are gone (spec: backup.md, "Erasure").
public struct ErasureLedger: Hashable, Sendable {
    /// The secret of the pseudonyms.
    public var secret: [UInt8]
    /// The erasures.
    public var entries: [Entry]

    /// One erasure.
    public struct Entry: Hashable, Sendable {
        /// The user's pseudonym, 32 bytes.
        public var pseudonym: [UInt8]
        /// The place in the clock up to which the user's rows are gone.
        public var place: Int64
        /// How many rows went.
        public var erased: Int64
        /// When.
        public var erasedAt: UnixTime

        /// An erasure of its parts.
        public init(pseudonym: [UInt8], place: Int64, erased: Int64, erasedAt: UnixTime) {
            self.pseudonym = pseudonym
            self.place = place
            self.erased = erased
            self.erasedAt = erasedAt
        }
    }

    /// A ledger of its parts.
    public init(secret: [UInt8], entries: [Entry]) {
        self.secret = secret
        self.entries = entries
    }
}
