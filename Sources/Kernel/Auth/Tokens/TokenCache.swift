/// The principals of tokens that were verified, by the tokens' digests. Bounded: when it is full, a token that has expired
/// or was not asked for since the eviction's last round makes room (the clock algorithm, so a hit writes one bit).
struct TokenCache {
    /// A verified token.
    struct Entry {
        let digest: SHA256Digest
        let principal: Principal
        let keyID: String
        let key: Ed25519PublicKey
        /// The instant from which on the entry is of no use: the token's expiry, leeway counted.
        let goodUntil: UnixTime
    }

    private struct Slot {
        var entry: Entry
        var wasAskedFor = false
    }

    private let capacity: Int
    private var slots: [Slot] = []
    private var positions: [SHA256Digest: Int] = [:]
    private var hand = 0
    /// The newest generation of keys that the cache has seen; no entry was verified with a key that is not in it.
    private var generation: UInt64 = 0

    init(capacity: Int) {
        self.capacity = max(0, capacity)
    }

    /// How many tokens are remembered.
    var count: Int { slots.count }

    /// The principal of the token with `digest`, if it is good at `now` and its key is in `keys`.
    mutating func principal(for digest: SHA256Digest, keys: KeySnapshot, at now: UnixTime) -> Principal? {
        adopt(keys)
        guard let position = positions[digest], now < slots[position].entry.goodUntil else { return nil }
        slots[position].wasAskedFor = true
        return slots[position].entry.principal
    }

    /// Remembers a token that was verified with a key of `keys`, unless newer keys have been seen meanwhile.
    mutating func insert(_ entry: Entry, keys: KeySnapshot, at now: UnixTime) {
        adopt(keys)
        guard capacity > 0, keys.generation == generation else { return }
        if let position = positions[entry.digest] {
            slots[position] = Slot(entry: entry)
        } else if slots.count < capacity {
            positions[entry.digest] = slots.count
            slots.append(Slot(entry: entry))
        } else {
            let position = makeRoom(at: now)
            positions[slots[position].entry.digest] = nil
            positions[entry.digest] = position
            slots[position] = Slot(entry: entry)
        }
    }

    /// The position whose token may go. Ends after two rounds at most, for the first one clears every mark.
    private mutating func makeRoom(at now: UnixTime) -> Int {
        while true {
            let position = hand
            hand = (hand + 1) % slots.count
            if !slots[position].wasAskedFor || now >= slots[position].entry.goodUntil { return position }
            slots[position].wasAskedFor = false
        }
    }

    /// Forgets the tokens of keys that newer `keys` do not have.
    private mutating func adopt(_ keys: KeySnapshot) {
        guard keys.generation > generation else { return }
        generation = keys.generation
        slots.removeAll { keys.keySet[$0.entry.keyID] != $0.entry.key }
        positions = [:]
        for (position, slot) in slots.enumerated() { positions[slot.entry.digest] = position }
        hand = 0
    }
}
