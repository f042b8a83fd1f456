package import Domain

/// A page while its rows come in, in the order of their places.
package struct PageBuilder<Sink: ChangeSink> {
    private var meter: PageMeter
    private var sink: Sink

    /// An empty page.
    package init(sink: Sink, limit: PageLimit) {
        meter = PageMeter(limit, bytesBefore: sink.writtenBytes)
        self.sink = sink
    }

    /// An empty page for the answer to a query.
    package init(sink: Sink, query: ChangeQuery) {
        self.init(sink: sink, limit: PageLimit(of: query))
    }

    /// Takes the next row, which `lend` passes on; false when it belongs on the next page. `lend` is not called for one that does so for certain.
    package mutating func takes(
        place: Int64, _ lend: ((borrowing ChangeRow) -> Bool) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        try meter.takes(place: place, into: &sink, lend)
    }

    /// Says that there are rows behind those that were offered, all of which up to `place` are dealt with.
    package mutating func endEarly(at place: Int64) { meter.endEarly(at: place) }

    /// The finished page. One with nothing after it reaches to `reach`.
    package func page(reachingTo reach: Int64) -> ChangePage<Sink> { meter.page(of: sink, reachingTo: reach) }
}
