public import Domain
import Kernel

/// A page while its rows come in, in the order of their places.
package struct PageBuilder<Sink: ChangeSink> {
    @usableFromInline var sink: Sink
    @usableFromInline let limit: Int
    @usableFromInline let byteLimit: Int
    @usableFromInline let bytesBefore: Int
    @usableFromInline var count = 0
    @usableFromInline var last: Int64 = .min
    @usableFromInline var isFull = false
    @usableFromInline var hasMore = false

    /// An empty page.
    package init(sink: Sink, limit: PageLimit) {
        self.sink = sink
        self.limit = max(1, limit.rows)
        byteLimit = limit.bytes
        bytesBefore = sink.writtenBytes
    }

    /// An empty page for the answer to a query.
    package init(sink: Sink, query: ChangeQuery) {
        self.init(sink: sink, limit: PageLimit(rows: query.limit, bytes: query.byteLimit))
    }

    /// Takes the next row, which `lend` passes on; false when it belongs on the next page. `lend` is not called for one that does so for certain.
    @inlinable
    package mutating func takes(
        place: Int64, _ lend: ((borrowing ChangeRow) -> Bool) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        // Rows that share a place are never parted.
        let mayEnd = count > 0 && place != last
        if mayEnd, isFull {
            hasMore = true
            return false
        }
        let taken = try lend { row in
            if mayEnd, sink.writtenBytes - bytesBefore + row.leastBytes > byteLimit { return false }
            sink.append(row)
            return true
        }
        guard taken else {
            hasMore = true
            return false
        }
        count += 1
        last = place
        isFull = count >= limit || sink.writtenBytes - bytesBefore >= byteLimit
        return true
    }

    /// Says that there are rows behind those that were offered, all of which up to `place` are dealt with.
    package mutating func endEarly(at place: Int64) {
        hasMore = true
        last = max(last, place)
    }

    /// The finished page. One with nothing after it reaches to `reach`.
    package func page(reachingTo reach: Int64) -> ChangePage<Sink> {
        let until = Cursor(UnixTime(microseconds: hasMore ? last : reach))
        return ChangePage(sink: sink, count: count, until: until, hasMore: hasMore)
    }
}

extension ChangeRow {
    /// How many bytes a client gets of it at the least.
    @usableFromInline var leastBytes: Int {
        func count(_ text: UnsafeRawBufferPointer?) -> Int { text?.count ?? 0 }
        return table.count + record.count + count(data) + count(fieldValues) + count(fieldTimestamps)
            + count(deletedAt) + count(actor) + count(space) + count(origin)
    }
}
