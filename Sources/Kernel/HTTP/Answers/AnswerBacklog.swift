import NIOCore

/// What was written to a connection and its peer has not taken, as a value: how much memory that has, and how long it will have it
/// at the peer's pace.
struct AnswerBacklog {
    /// A piece of as many bytes is memory until the last of them is taken; smaller ones are counted by what is left of them.
    static let largePiece = 16 << 10

    private var written = 0
    private var pending = 0
    private var largePieces = 0
    /// When the peer fell behind, or took the last large piece, and what it had taken by then.
    private var behind: (since: NIODeadline, taken: Int)?

    /// The bytes that the peer took since the connection began.
    var taken: Int { written - pending }

    /// The bytes of memory.
    var held: Int { max(pending, largePieces) }

    mutating func wrote(_ count: Int) {
        written += count
        pending += count
    }

    /// A large piece was written; what the system takes of it at once is part of the peer's pace.
    mutating func wrotePiece(of count: Int, at now: NIODeadline) {
        if behind == nil { behind = (now, taken) }
        wrote(count)
        largePieces += count
    }

    /// All of a large piece was taken.
    mutating func tookPiece(of count: Int) {
        largePieces -= count
        behind = nil
    }

    /// The socket has still to take `pending` bytes.
    mutating func looked(pending: Int, at now: NIODeadline) {
        self.pending = pending
        if pending == 0 {
            behind = nil
        } else if behind == nil {
            behind = (now, taken)
        }
    }

    /// How many seconds the peer will still need at the pace that it has shown; who has had no time to show any is taken for a
    /// slow one, not for one that stands still.
    func wait(at now: NIODeadline) -> Double {
        guard let behind else { return 0 }
        let pace =
            Double(taken - behind.taken + Self.presumedTaken) / (1 + Double((now - behind.since).nanoseconds) / 1e9)
        return Double(held) / pace
    }

    /// What a peer is presumed to have taken in the second before it was looked at.
    private static let presumedTaken = 64 << 10
}
