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

    /// Whether `other`, a ledger of the same secret, knows of an erasure that this one does not.
    package func lacksAny(of other: ErasureLedger) -> Bool {
        let places = Dictionary(entries.map { ($0.pseudonym, $0.place) }) { max($0, $1) }
        return other.entries.contains { entry in places[entry.pseudonym].map { $0 < entry.place } ?? true }
    }

    /// What either of two ledgers of the same secret knows: of each user the furthest erasure, in the order of pseudonyms.
    package func merged(with other: ErasureLedger) -> ErasureLedger {
        let furthest = Dictionary((entries + other.entries).map { ($0.pseudonym, $0) }) {
            $0.place < $1.place ? $1 : $0
        }
        let ordered = furthest.values.sorted {
            $0.pseudonym.hexadecimal.utf8.lexicographicallyPrecedes($1.pseudonym.hexadecimal.utf8)
        }
        return ErasureLedger(secret: secret, entries: ordered)
    }
}

/// What was removed again.
public struct ReappliedErasures: Hashable, Sendable {
    /// How many users had rows to remove.
    public var users = 0
    /// How many changes of the log and of the quarantine.
    public var erased = 0

    /// Nothing.
    public init() {}
}

/// Several ledgers, asked for users by their ids: each engine reapplies erasures by it.
package struct ErasureIndex: Sendable {
    private var ledgers: [(key: ErasureKey, entries: [SHA256Digest: ErasureLedger.Entry])] = []

    /// - Throws: `unusable` for a secret that is none.
    package init(_ ledgers: [ErasureLedger]) throws(StoreError) {
        for ledger in ledgers {
            guard let key = ErasureKey(ledger.secret) else {
                throw StoreError(.unusable, "A ledger of erasures has no readable key.")
            }
            let entries = Dictionary(ledger.entries.map { ($0.pseudonym, $0) }) { $0.place > $1.place ? $0 : $1 }
            self.ledgers.append((key, entries))
        }
    }

    /// The furthest erasure of a user; nil where there was none.
    package func erasure(of user: UserID) throws(StoreError) -> ErasureLedger.Entry? {
        var last: ErasureLedger.Entry?
        for ledger in ledgers {
            guard let entry = ledger.entries[try ledger.key.digest(of: user)] else { continue }
            if last.map({ entry.place > $0.place }) ?? true { last = entry }
        }
        return last
    }

    /// The last place of all.
    package var lastPlace: Cursor? {
        ledgers.lazy.flatMap(\.entries.values).map(\.place).max()
    }
}

extension ErasureKey {
    /// The pseudonym of a user, as an engine's error where OpenSSL fails.
    package func digest(of user: UserID) throws(StoreError) -> SHA256Digest {
        do throws(CryptoError) {
            return try pseudonym(of: user)
        } catch {
            throw StoreError(.internalFault, "A user's pseudonym could not be computed.", cause: "\(error)")
        }
    }
}
