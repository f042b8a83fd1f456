import Domain
import Kernel
import StorageShared

/// The pages of a user's whole log. Each is a snapshot of its own; the extent's bounds make them one view.
extension ReaderSession {
    /// The bounds of what `user` authored up to now.
    func extent(of user: UserID) throws(StoreError) -> UserLogExtent {
        try inSnapshot { () throws(StoreError) in
            let last = try connection.prepare("SELECT coalesce(max(seq), 0) FROM quarantine")
            return UserLogExtent(
                user: user, until: Cursor(UnixTime(microseconds: try clock())), quarantineUntil: try last.single())
        }
    }

    /// A page of an extent's changes.
    func page<Sink: ChangeSink>(
        _ extent: UserLogExtent, after: Cursor, limit: PageLimit, into sink: Sink
    ) throws(StoreError) -> ChangePage<Sink> {
        try inSnapshot { () throws(StoreError) in
            try checkNotErased(extent)
            let rows = try connection.prepare(UserLogStatements.changes)
            try rows.bind(1, extent.user.text)
            try rows.bind(2, after.time.microseconds)
            try rows.bind(3, extent.until.time.microseconds)
            defer { rows.reset() }
            var page = PageBuilder(sink: sink, limit: limit)
            while try rows.step() {
                guard try page.takes(place: rows.place, { (take) throws(StoreError) in try rows.withChangeRow(take) })
                else { break }
            }
            return page.page(reachingTo: extent.until.time.microseconds)
        }
    }

    /// A page of an extent's quarantined changes.
    func quarantinePage<Sink: QuarantineSink>(
        _ extent: UserLogExtent, after: QuarantinePlace, limit: PageLimit, into sink: Sink
    ) throws(StoreError) -> QuarantinePage<Sink> {
        try inSnapshot { () throws(StoreError) in
            try checkNotErased(extent)
            let rows = try connection.prepare(UserLogStatements.quarantine)
            try rows.bind(1, extent.user.text)
            try rows.bind(2, after.time.microseconds)
            try rows.bind(3, after.number)
            try rows.bind(4, extent.quarantineUntil)
            defer { rows.reset() }
            var page = QuarantinePage(sink: sink, until: after, hasMore: false)
            var count = 0
            let bytesBefore = sink.writtenBytes
            while try rows.step() {
                guard count < max(1, limit.rows), count == 0 || page.sink.writtenBytes - bytesBefore < limit.bytes
                else {
                    page.hasMore = true
                    break
                }
                try rows.appendQuarantined(to: &page.sink)
                page.until = QuarantinePlace(
                    time: UnixTime(microseconds: rows.place), number: rows.integer(ChangeColumn.seq.rawValue))
                count += 1
            }
            return page
        }
    }

    /// An erasure ends every view that was begun before it: what is left of it would look whole.
    private func checkNotErased(_ extent: UserLogExtent) throws(StoreError) {
        let find = try connection.prepare("SELECT 1 FROM erasures WHERE pseudonym = ?1 AND place > ?2 LIMIT 1")
        try find.bindBlob(1, ErasureKey.stored(in: connection).digest(of: extent.user))
        try find.bind(2, extent.until.time.microseconds)
        defer { find.reset() }
        guard try !find.step() else { throw StoreError(.gone, "The user was erased while their log was read.") }
    }

    private func inSnapshot<Value>(_ read: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        try begin.run()
        do throws(StoreError) {
            let value = try read()
            try commit.run()
            return value
        } catch {
            connection.rollBack()
            throw error
        }
    }
}

/// The questions to a user's whole log.
enum UserLogStatements {
    /// Parameters: 1 user, 2 the place to start after, 3 the last place.
    static let changes = """
        SELECT \(ChangeColumn.archivedList) FROM sync_changes
        WHERE user_id = ?1 AND created_at > ?2 AND created_at <= ?3 ORDER BY created_at, seq
        """

    /// Parameters: 1 user, 2 and 3 the time and number to start after, 4 the last number.
    static let quarantine = """
        SELECT \(ChangeColumn.quarantinedList), event_id, reason FROM quarantine
        WHERE user_id = ?1 AND quarantined_at >= ?2 AND (quarantined_at, seq) > (?2, ?3) AND seq <= ?4
        ORDER BY quarantined_at, seq
        """
}

extension SQLiteStatement {
    /// Lends the current row, one of ``UserLogStatements/quarantine``, to `sink`.
    fileprivate func appendQuarantined(to sink: inout some QuarantineSink) throws(StoreError) {
        let count = Int32(ChangeColumn.allCases.count)
        guard let reason = RejectionReason(rawValue: string(count + 1)) else {
            throw StoreError(.unusable, "The database is damaged.", cause: "a quarantined change without a reason")
        }
        let eventID = isNull(count) ? nil : eventID(in: count)
        try withChangeRow { row in sink.appendQuarantined(row, eventID: eventID, reason: reason) }
    }
}
