import Domain

/// Refuses what an engine does not offer.
struct MissingUserLog: UserLog {
    private static let refusal = StoreError(.unusable, "The engine has no exports, imports and erasures.")

    func extent(of user: UserID) async throws(StoreError) -> UserLogExtent { throw Self.refusal }

    func read<Sink: ChangeSink>(
        _ extent: UserLogExtent, after: Cursor, limit: PageLimit, into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> { throw Self.refusal }

    func readQuarantine<Sink: QuarantineSink>(
        _ extent: UserLogExtent, after: QuarantinePlace, limit: PageLimit, into sink: Sink
    ) async throws(StoreError) -> QuarantinePage<Sink> { throw Self.refusal }

    func restore(
        _ changes: [ArchivalChange], of user: UserID, isRehearsal: Bool
    ) async throws(StoreError) -> RestoreOutcome { throw Self.refusal }

    func erase(_ user: UserID) async throws(StoreError) -> Erasure { throw Self.refusal }
}
