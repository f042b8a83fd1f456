package import Domain
import Kernel

/// What decides where a page ends, beside the sink that takes its rows.
///
/// It knows no sink of a certain type: so code that is generic over sinks reaches it without looking its layout up for each row.
package struct PageMeter {
    private let limit: Int
    private let byteLimit: Int
    private let bytesBefore: Int
    /// How many bytes of the page the sink has written.
    private var written = 0
    private var count = 0
    private var last: Int64 = .min
    private var isFull = false
    private var hasMore = false

    /// An empty page whose rows go into a sink that has written so many bytes before.
    package init(_ limit: PageLimit, bytesBefore: Int) {
        self.limit = max(1, limit.rows)
        byteLimit = limit.bytes
        self.bytesBefore = bytesBefore
    }

    /// Puts the next row into `sink`, which `lend` passes on; false when it belongs on the next page. `lend` is not called for one that does so for certain.
    package mutating func takes<Sink: ChangeSink>(
        place: Int64, into sink: inout Sink, _ lend: ((borrowing ChangeRow) -> Bool) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        // Rows that share a place are never parted.
        let mayEnd = count > 0 && place != last
        if mayEnd, isFull {
            hasMore = true
            return false
        }
        let room = mayEnd ? byteLimit - written : .max
        let taken = try lend { row in
            if row.leastBytes > room { return false }
            sink.append(row)
            return true
        }
        guard taken else {
            hasMore = true
            return false
        }
        count += 1
        last = place
        written = sink.writtenBytes - bytesBefore
        isFull = count >= limit || written >= byteLimit
        return true
    }

    /// Says that there are rows behind those that were offered, all of which up to `place` are dealt with.
    package mutating func endEarly(at place: Int64) {
        hasMore = true
        last = max(last, place)
    }

    /// The finished page. One with nothing after it reaches to `reach`.
    package func page<Sink: ChangeSink>(of sink: Sink, reachingTo reach: Int64) -> ChangePage<Sink> {
        let until = Cursor(UnixTime(microseconds: hasMore ? last : reach))
        return ChangePage(sink: sink, count: count, until: until, hasMore: hasMore)
    }
}

extension ChangeRow {
    /// How many bytes a client gets of it at the least.
    fileprivate var leastBytes: Int {
        func count(_ text: UnsafeRawBufferPointer?) -> Int { text?.count ?? 0 }
        return table.count + record.count + count(data) + count(fieldValues) + count(fieldTimestamps)
            + count(deletedAt) + count(actor) + count(space) + count(origin)
    }
}

extension PageLimit {
    /// That of a query's answer.
    package init(of query: ChangeQuery) {
        self.init(rows: query.limit, bytes: query.byteLimit)
    }
}
