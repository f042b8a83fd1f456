/// The keys as one fetch left them.
struct KeySnapshot: Sendable {
    /// The keys.
    let keySet: KeySet
    /// Grows with every fetch that brings other keys than the one before.
    let generation: UInt64
    /// When they were fetched last.
    let loadedAt: UnixTime

    /// What a fetch of `keySet` at `now` leaves after this one.
    static func following(_ previous: KeySnapshot?, keySet: KeySet, at now: UnixTime) -> KeySnapshot {
        guard let previous else { return KeySnapshot(keySet: keySet, generation: 1, loadedAt: now) }
        let changed = previous.keySet.keys != keySet.keys
        return KeySnapshot(
            keySet: keySet, generation: changed ? previous.generation + 1 : previous.generation, loadedAt: now)
    }
}
