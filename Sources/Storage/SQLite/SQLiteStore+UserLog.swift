public import Domain
import StorageShared

extension SQLiteStore: UserLog {
    public func extent(of user: UserID) async throws(StoreError) -> UserLogExtent {
        try await read { (session) throws(StoreError) in try session.extent(of: user) }
    }

    public func read<Sink: ChangeSink>(
        _ extent: UserLogExtent, after: Cursor, limit: PageLimit, into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> {
        try await read { (session) throws(StoreError) in
            try session.page(extent, after: after, limit: limit, into: sink)
        }
    }

    public func readQuarantine<Sink: QuarantineSink>(
        _ extent: UserLogExtent, after: QuarantinePlace, limit: PageLimit, into sink: Sink
    ) async throws(StoreError) -> QuarantinePage<Sink> {
        try await read { (session) throws(StoreError) in
            try session.quarantinePage(extent, after: after, limit: limit, into: sink)
        }
    }

    public func restore(
        _ changes: [ArchivalChange], of user: UserID, isRehearsal: Bool
    ) async throws(StoreError) -> RestoreOutcome {
        let engine = try enter()
        defer { engine.gate.leave() }
        let restored = try await engine.writer.perform(telling: { $0.notices }) { (session) throws(StoreError) in
            try session.restore(changes, of: user, isRehearsal: isRehearsal)
        }
        return restored.outcome
    }

    public func erase(_ user: UserID) async throws(StoreError) -> Erasure {
        let engine = try enter()
        defer { engine.gate.leave() }
        let erasure = try await engine.writer.perform { (session) throws(StoreError) in try session.erase(user) }
        // Their spaces are gone too: streams that relied on them end.
        board.post(.grantsChanged(user))
        return erasure
    }

    public func erasureLedger() async throws(StoreError) -> ErasureLedger {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.writer.perform { (session) throws(StoreError) in try session.ledger() }
    }

    public func reapply(_ ledgers: [ErasureLedger]) async throws(StoreError) -> ReappliedErasures {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.writer.perform { (session) throws(StoreError) in try session.reapply(ledgers) }
    }

    private func read<Value: Sendable>(
        _ work: @escaping @Sendable (inout ReaderSession) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.readers.read(work)
    }
}
