import Domain
import Kernel

/// A page while its rows come in.
struct PageBuilder<Sink: ChangeSink> {
    private var sink: Sink
    private let limit: PageLimit
    private let bytesBefore: Int
    private var count = 0
    private var last: Int64 = .min
    private var isFull = false
    private var hasMore = false

    init(sink: Sink, limit: PageLimit) {
        self.sink = sink
        self.limit = limit
        bytesBefore = sink.writtenBytes
    }

    /// Takes the next row; false when there is none, or when it belongs on the next page.
    mutating func takes(
        _ rows: SQLiteStatement, leavingOut own: OwnChanges = OwnChanges()
    ) throws(StoreError) -> Bool {
        guard try rows.step() else { return false }
        let place = rows.place
        guard !own.contains(place: place, eventID: rows.eventID) else { return true }
        // Rows that share a place are never parted.
        let mayEnd = count > 0 && place != last
        if mayEnd, isFull {
            hasMore = true
            return false
        }
        let taken = try rows.withChangeRow { row in
            if mayEnd, sink.writtenBytes - bytesBefore + row.leastBytes > limit.bytes { return false }
            sink.append(row)
            return true
        }
        guard taken else {
            hasMore = true
            return false
        }
        count += 1
        last = place
        isFull = count >= max(1, limit.rows) || sink.writtenBytes - bytesBefore >= limit.bytes
        return true
    }

    /// The finished page. One with nothing after it reaches to the clock.
    func page(clock: Int64) -> ChangePage<Sink> {
        let until = Cursor(UnixTime(microseconds: hasMore ? last : clock))
        return ChangePage(sink: sink, count: count, until: until, hasMore: hasMore)
    }
}
