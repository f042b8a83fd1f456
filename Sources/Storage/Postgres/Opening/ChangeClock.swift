import Domain
import Kernel
import PostgresClient
import Synchronization

/// The sequence that gives changes their places, as this server's pushes treat it (decision 11).
final class ChangeClock: Sendable {
    /// How many microseconds it may lag behind the wall clock before a push moves it forward.
    private static let slack: Int64 = 1_000_000
    /// How long it is left alone after it could not be moved: each attempt holds up everybody's pushes for a moment.
    static let pause = Duration.seconds(10)

    private struct State {
        var isDoubtful = false
        var leftAloneUntil = Duration.zero
    }

    private let time: any TimeSource
    private let state = Mutex(State())

    init(time: any TimeSource) {
        self.time = time
    }

    /// The slack for the next push.
    var slack: Int64 {
        state.withLock { state in
            if time.elapsed < state.leftAloneUntil { return .max / 2 }
            return state.isDoubtful ? 0 : Self.slack
        }
    }

    /// The database was lost from sight: it may be another one when it comes back, whose clock is moved however little it lags.
    func databaseWasLost() {
        state.withLock { $0.isDoubtful = true }
    }

    /// A push was stored, and moved the clock if that was due, or could not.
    func pushWasStored(leftBehind: Bool) {
        let until = time.elapsed + Self.pause
        state.withLock { state in
            if leftBehind { state.leftAloneUntil = until } else { state.isDoubtful = false }
        }
    }

    /// Raises it above every row and the wall clock: `now`, or the database's where nil.
    static func raise(_ client: PostgresClient, role: String?, now: UnixTime?) async throws(StoreError) {
        do throws(PostgresError) {
            var parameters = PostgresParameters()
            try parameters.append(optional: role)
            if let now { parameters.append(now.microseconds) } else { parameters.appendNull(.int8) }
            _ = try await client.query(
                PostgresStatement("SELECT clock FROM sync_raise_clock($1, $2)", parameters, isPrepared: false))
        } catch {
            throw StoreError(error)
        }
    }
}
