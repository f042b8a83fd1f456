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
        let changes: Int
        /// What it runs once its locks are held and the clock was moved.
        let statements: @Sendable () throws(PostgresError) -> [PostgresStatement]
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
    static let lanes = 4
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

/// The statement that begins a group's transaction: the clock and the locks of all, in one ordered pass.
enum GroupStatement {
    static func make(
        _ members: [PushGroups.Member], role: String?, now: Int64?, slack: Int64
    ) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(optional: role)
        if let now { parameters.append(now) } else { parameters.appendNull(.int8) }
        parameters.append(slack)
        try ScopeLocks(of: members.map(\.locks)).append(to: &parameters)
        return PostgresStatement(sql, parameters)
    }

    /// Whether the clock could not be moved, because somebody held it for long.
    static func leftClockBehind(in result: PostgresResult) -> Bool { result.boolean(0, 0) == true }

    private static let sql = """
        SELECT lags FROM sync_hold_scopes($1, $2, $3, '\(TransactionLimits.groupLock)', '\(TransactionLimits.statement)', $4, $5)
        """
}
