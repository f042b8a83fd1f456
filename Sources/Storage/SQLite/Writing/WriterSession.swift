import Domain
import Kernel
import StorageShared

/// The writer's connection with its prepared statements and its copy of the change clock.
struct WriterSession: Sendable {
    let connection: SQLiteConnection
    let statements: WriterStatements
    let time: any TimeSource
    /// The last place given out; nil when it must be read again because a transaction failed.
    var clock: Int64?

    /// A session on a migrated database. The clock is brought up to the wall clock.
    init(connection: SQLiteConnection, time: any TimeSource) throws(StoreError) {
        self.connection = connection
        self.time = time
        statements = try WriterStatements(on: connection)
        let last = max(try statements.readClock.single(), time.now.microseconds)
        try connection.execute("UPDATE change_clock SET last = \(last)")
        clock = last
    }

    /// Stores the pushes that wait, as many as one transaction takes; one result for each.
    mutating func storeGroup(
        of queue: PushQueue
    ) -> (group: [PushQueue.Waiting], results: [Result<StoredPush, StoreError>]) {
        // The lock comes first: whoever comes to the queue until it is had still belongs to the group.
        do throws(StoreError) {
            try statements.begin.run()
        } catch {
            let group = queue.takeGroup()
            return (group, group.map { _ in .failure(error) })
        }
        let group = queue.takeGroup()
        return (group, commit(group.map(\.push)))
    }

    /// Does `work` in a transaction of its own, whole or not at all; not at all where it is a rehearsal.
    mutating func transaction<Value>(
        isRehearsal: Bool = false,
        _ work: (inout WriterSession) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try statements.begin.run()
        do throws(StoreError) {
            let before = try lastPlace()
            let value = try work(&self)
            guard !isRehearsal else {
                connection.rollBack()
                clock = before
                return value
            }
            try keepClock(unless: before)
            try statements.commit.run()
            return value
        } catch {
            connection.rollBack()
            clock = nil
            throw error
        }
    }

    /// Writes the clock, unless it still stands where it was.
    private func keepClock(unless before: Int64) throws(StoreError) {
        guard let clock, clock != before else { return }
        try statements.writeClock.bind(1, clock)
        try statements.writeClock.run()
    }

    /// Stores the pushes in the transaction that has begun, and commits it.
    private mutating func commit(_ pushes: [Push]) -> [Result<StoredPush, StoreError>] {
        var reachedCommit = false
        do throws(StoreError) {
            let results = try store(pushes)
            reachedCommit = true
            try statements.commit.run()
            return results
        } catch {
            connection.rollBack()
            clock = nil
            // One push can end the transaction of all, by filling the disk for example: then each has one of its own.
            guard pushes.count > 1, !reachedCommit else { return pushes.map { _ in .failure(error) } }
            return pushes.map { push in commitAlone(push) }
        }
    }

    private mutating func commitAlone(_ push: Push) -> Result<StoredPush, StoreError> {
        do throws(StoreError) {
            try statements.begin.run()
        } catch {
            return .failure(error)
        }
        return commit([push])[0]
    }

    /// Stores each push within the open transaction, those beside it unharmed by one that fails.
    ///
    /// - Throws: what spoils the whole transaction.
    private mutating func store(_ pushes: [Push]) throws(StoreError) -> [Result<StoredPush, StoreError>] {
        let before = try lastPlace()
        var results: [Result<StoredPush, StoreError>] = []
        results.reserveCapacity(pushes.count)
        // A single push needs no savepoint: it fails with the transaction.
        if pushes.count == 1 {
            results.append(.success(try store(pushes[0])))
        } else {
            for push in pushes { results.append(try storeApart(push)) }
        }
        try keepClock(unless: before)
        try purgeReceipts(atMost: 2 * pushes.count)
        return results
    }

    private mutating func storeApart(_ push: Push) throws(StoreError) -> Result<StoredPush, StoreError> {
        let before = clock
        try statements.savepoint.run()
        do throws(StoreError) {
            let stored = try store(push)
            try statements.release.run()
            return .success(stored)
        } catch {
            // Some failures end the whole transaction: then there is no neighbour left to save.
            guard connection.isInTransaction else { throw error }
            try statements.rollBackToSavepoint.run()
            try statements.release.run()
            clock = before
            return .failure(error)
        }
    }

    /// Forgets receipts that no retry can be compared with any more, also not after the wall clock has stepped back by up to an hour;
    /// more than one push leaves behind.
    private func purgeReceipts(atMost count: Int) throws(StoreError) {
        try statements.purgeReceipts.bind(1, time.now.advanced(by: .seconds(-3600)).microseconds)
        try statements.purgeReceipts.bind(2, Int64(count))
        try statements.purgeReceipts.run()
    }

    mutating func lastPlace() throws(StoreError) -> Int64 {
        if let clock { return clock }
        let last = try statements.readClock.single()
        clock = last
        return last
    }

    /// The next place in the change clock: later than all before it, and the wall clock's unless that would not be later.
    mutating func nextPlace() throws(StoreError) -> Int64 {
        let place = max(try lastPlace() + 1, time.now.microseconds)
        clock = place
        return place
    }
}
