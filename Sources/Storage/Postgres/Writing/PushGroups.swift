import Domain
import PostgresClient
import Synchronization

/// Pushes that wait for one another anyway, in one transaction: they share a round trip and the flush of a commit.
///
/// So many transactions are under way at a time. Who comes while there are fewer goes at once; else the pushes that gather until one ends go together, the
/// first of them for all. None waits for more to come. Where a group fails, each of its pushes is tried alone: a bad one fails nobody else.
final class PushGroups: Sendable {
    /// A push that can share a transaction.
    struct Member: Sendable {
        let locks: ScopeLocks
        /// Whose grants its delta reads, so that their spaces are held too; nil where it reads its user's own log alone.
        let reader: UserID?
        let changes: Int
        /// How many statements it runs: the push, what a reader of spaces sees of them, the page.
        var statementCount: Int { reader == nil ? 2 : 3 }
        /// What it runs, given what it has to hold by itself.
        let statements: @Sendable (OwnHold) throws(PostgresError) -> [PostgresStatement]
    }

    /// What a push may do when it is its turn.
    enum Turn: Sendable {
        /// Run, for the others too; then ``passOn()``.
        case lead([Waiting])
        /// Nothing any more: another one has run it.
        case stored([PostgresResult])
        /// Run alone: the group has failed; it may have gone in unnoticed.
        case alone(wasUnsure: Bool)
        /// Give up: there was no connection for the group, and would be none for the push.
        case refused(PostgresError)
    }

    /// A push of a group, and whom to tell.
    struct Waiting: Sendable {
        let member: Member
        fileprivate let continuation: CheckedContinuation<Turn, Never>

        func tell(_ turn: Turn) { continuation.resume(returning: turn) }
    }

    /// So many transactions keep a disk and some cores busy; with more, fewer pushes share each.
    static let lanes = 3
    /// The most pushes in one transaction: so many wait for the locks of all.
    static let most = 16
    /// A push of more changes shares nothing: it has enough to do for a commit of its own.
    static let mostChanges = 32

    private struct State {
        var underWay = 0
        var waiting: [Waiting] = []
    }

    private let lanes: Int
    private let state = Mutex(State())

    /// - Parameter lanes: how many transactions may be under way.
    init(lanes: Int) {
        self.lanes = max(1, lanes)
    }

    /// Waits for a push's turn. Not cancelled: the turn comes with the end of a transaction, which has its own limits.
    func turn(of member: Member) async -> Turn {
        await withCheckedContinuation { continuation in
            let goes = state.withLock { state in
                guard state.underWay >= lanes else {
                    state.underWay += 1
                    return true
                }
                state.waiting.append(Waiting(member: member, continuation: continuation))
                return false
            }
            if goes { continuation.resume(returning: .lead([])) }
        }
    }

    /// Ends a turn to lead: the first of those that wait leads the next group.
    func passOn() {
        let next: [Waiting] = state.withLock { state in
            let group = Array(state.waiting.prefix(Self.most))
            state.waiting.removeFirst(group.count)
            if group.isEmpty { state.underWay -= 1 }
            return group
        }
        next.first?.tell(.lead(Array(next.dropFirst())))
    }
}
