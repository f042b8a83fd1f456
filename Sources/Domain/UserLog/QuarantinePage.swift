public import Kernel

/// Takes the quarantined changes of a page one by one, in order, on a thread of the engine: it must not block.
public protocol QuarantineSink: Sendable {
    /// Takes the next change.
    ///
    /// - Parameters:
    ///   - row: The change; its ``ChangeRow/cursor`` says when it was quarantined, and its own event id is not to be looked at.
    ///   - eventID: The id that the client gave it.
    ///   - reason: Why it is in the quarantine.
    mutating func appendQuarantined(_ row: borrowing ChangeRow, eventID: EventID?, reason: RejectionReason)
    /// How many bytes it has written: what a page's byte limit counts.
    var writtenBytes: Int { get }
}

/// Where a reader of the quarantine is.
public struct QuarantinePlace: Hashable, Sendable {
    /// When the last change that it has seen was quarantined.
    public var time: UnixTime
    /// The engine's number of that change.
    public var number: Int64

    /// A place of its parts.
    public init(time: UnixTime, number: Int64) {
        self.time = time
        self.number = number
    }

    /// Before the first change.
    public static let beginning = QuarantinePlace(time: UnixTime(microseconds: .min), number: .min)
}

/// One page of the quarantine.
public struct QuarantinePage<Sink: QuarantineSink>: Sendable {
    /// The sink with the page's changes in it.
    public var sink: Sink
    /// Where the reader goes on.
    public var until: QuarantinePlace
    /// Whether more is there.
    public var hasMore: Bool

    /// A page of its parts.
    public init(sink: Sink, until: QuarantinePlace, hasMore: Bool) {
        self.sink = sink
        self.until = until
        self.hasMore = hasMore
    }
}
