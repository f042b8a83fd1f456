import Domain
import Kernel
import PostgresClient
import StorageShared

/// The pages of a user's whole log. Each is a transaction of its own; the extent's bounds make them one view (decision 12).
extension PostgresEngine {
    /// The bounds of what `user` authored up to now.
    func extent(of user: UserID) async throws(StoreError) -> UserLogExtent {
        let pseudonym = try await erasureKey().digest(of: user)
        let (results, _) = try await transaction { [role] () throws(PostgresError) in
            [
                try ArchiveStatements.enter(as: user, role: role),
                try ArchiveStatements.extent(of: user, pseudonym: pseudonym),
            ]
        }
        let last = results[1].integer(0, 0).map(PostgresTime.unixMicroseconds(of:)) ?? 0
        return UserLogExtent(
            user: user, until: Cursor(UnixTime(microseconds: last)), quarantineUntil: results[1].integer(0, 1) ?? 0)
    }

    /// A page of an extent's changes.
    func page<Sink: ChangeSink>(
        _ extent: UserLogExtent, after: Cursor, limit: PageLimit, into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> {
        let found = try await rows(of: extent) { [form] () throws(PostgresError) in
            try ArchiveStatements.changes(extent, after: after, limit: limit, form: form)
        }
        var page = PageBuilder(sink: sink, limit: limit)
        var last = after.time.microseconds
        for row in 0..<found.rows.rowCount {
            let place = found.place(row)
            guard try page.takes(place: place, { (take) throws(StoreError) in try found.withChangeRow(row, take) })
            else { return page.page(reachingTo: last) }
            last = place
        }
        // Where as many rows as asked for share the last place, nobody knows what is behind them.
        if found.wasCut || found.rows.rowCount > max(1, limit.rows) { page.endEarly(at: last) }
        return page.page(reachingTo: extent.until.time.microseconds)
    }

    /// A page of an extent's quarantined changes.
    func quarantinePage<Sink: QuarantineSink>(
        _ extent: UserLogExtent, after: QuarantinePlace, limit: PageLimit, into sink: Sink
    ) async throws(StoreError) -> QuarantinePage<Sink> {
        let found = try await rows(of: extent) { () throws(PostgresError) in
            try ArchiveStatements.quarantine(extent, after: after, limit: limit)
        }
        var page = QuarantinePage(sink: sink, until: after, hasMore: found.wasCut)
        let bytesBefore = sink.writtenBytes
        for row in 0..<found.rows.rowCount {
            guard row < max(1, limit.rows), row == 0 || page.sink.writtenBytes - bytesBefore < limit.bytes else {
                page.hasMore = true
                break
            }
            let (eventID, reason) = (found.eventID(row), try found.reason(row))
            try found.withChangeRow(row) { page.sink.appendQuarantined($0, eventID: eventID, reason: reason) }
            page.until = QuarantinePlace(
                time: UnixTime(microseconds: found.place(row)), number: found.number(row))
        }
        return page
    }

    /// The rows that a statement gives of an extent that no erasure has overtaken: what is left of it would look whole.
    private func rows(
        of extent: UserLogExtent, _ statement: @Sendable () throws(PostgresError) -> PostgresStatement
    ) async throws(StoreError) -> ArchiveRows {
        let pseudonym = try await erasureKey().digest(of: extent.user)
        let (results, _) = try await transaction { [role] () throws(PostgresError) in
            [
                try ArchiveStatements.enter(as: extent.user, role: role), try statement(),
                try ArchiveStatements.wasErased(extent, pseudonym: pseudonym),
            ]
        }
        guard results[2].boolean(0, 0) == false else {
            throw StoreError(.gone, "The user was erased while their log was read.")
        }
        return ArchiveRows(rows: results[1])
    }
}
