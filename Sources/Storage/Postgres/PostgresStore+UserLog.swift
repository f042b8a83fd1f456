public import Domain
import StorageShared

extension PostgresStore: UserLog {
    public func extent(of user: UserID) async throws(StoreError) -> UserLogExtent {
        try await withEngine { (engine) throws(StoreError) in try await engine.extent(of: user) }
    }

    public func read<Sink: ChangeSink>(
        _ extent: UserLogExtent, after: Cursor, limit: PageLimit, into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> {
        try await withEngine { (engine) throws(StoreError) in
            try await engine.page(extent, after: after, limit: limit, into: sink)
        }
    }

    public func readQuarantine<Sink: QuarantineSink>(
        _ extent: UserLogExtent, after: QuarantinePlace, limit: PageLimit, into sink: Sink
    ) async throws(StoreError) -> QuarantinePage<Sink> {
        try await withEngine { (engine) throws(StoreError) in
            try await engine.quarantinePage(extent, after: after, limit: limit, into: sink)
        }
    }

    public func restore(
        _ changes: [ArchivalChange], of user: UserID, isRehearsal: Bool
    ) async throws(StoreError) -> RestoreOutcome {
        try await withEngine { (engine) throws(StoreError) in
            try await engine.notices.during { () throws(StoreError) in
                try await engine.restore(changes, of: user, isRehearsal: isRehearsal)
            }
        }
    }

    public func erase(_ user: UserID) async throws(StoreError) -> Erasure {
        try await withEngine { (engine) throws(StoreError) in
            try await engine.notices.during { () throws(StoreError) in try await engine.erase(user) }
        }
    }

    public func erasureLedger() async throws(StoreError) -> ErasureLedger {
        try await withEngine { (engine) throws(StoreError) in try await engine.erasureLedger() }
    }

    public func reapply(_ ledgers: [ErasureLedger]) async throws(StoreError) -> ReappliedErasures {
        try await withEngine { (engine) throws(StoreError) in try await engine.reapply(ledgers) }
    }

    private func withEngine<Value>(
        _ use: (PostgresEngine) async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await use(engine)
    }
}
