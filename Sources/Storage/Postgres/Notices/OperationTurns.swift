/// Up to which place of the change clock this server has told the others of its own commits (decision 7).
///
/// An operation that may commit something that others are told of belongs to the turn in which it begins. The clock is read, and then the turn closed:
/// whoever drew a place up to the value that was read has begun by then. Once all operations of that turn and those before it have ended, each having posted its
/// notices before, there is nothing up to there that is still to be posted.
struct OperationTurns: Sendable {
    private struct Closed {
        var turn: Int
        var clock: Int64
    }

    /// So many closed turns wait for their operations; a further one takes the last one's place.
    private static let mostClosed = 8

    private var current = 0
    /// How many operations of a turn are under way; none that has none.
    private var underWay: [Int: Int] = [:]
    private var closed: [Closed] = []
    /// What is posted: everything of this server up to there. Nil before the clock was read for the first time.
    private(set) var posted: Int64?

    /// An operation begins; gives its turn, with which it ends.
    mutating func begin() -> Int {
        underWay[current, default: 0] += 1
        return current
    }

    /// An operation has posted all that it had to, or failed.
    mutating func end(_ turn: Int) {
        let left = underWay[turn, default: 1] - 1
        underWay[turn] = left == 0 ? nil : left
        settle()
    }

    /// The clock was read. Where it has stepped back it is another one: what was read of the old one means nothing.
    mutating func close(at clock: Int64) {
        if let last = closed.last?.clock ?? posted, clock < last {
            closed = []
            posted = nil
        }
        if closed.count == Self.mostClosed { closed.removeLast() }
        closed.append(Closed(turn: current, clock: clock))
        current += 1
        settle()
    }

    private mutating func settle() {
        while let first = closed.first, underWay.keys.allSatisfy({ $0 > first.turn }) {
            posted = first.clock
            closed.removeFirst()
        }
    }
}
