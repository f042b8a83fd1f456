import Domain
import Kernel
import PostgresClient

/// The sequence that gives changes their places (decision 11).
enum ChangeClock {
    /// How many microseconds it may lag behind the wall clock before a push moves it forward.
    static let slack: Int64 = 1_000_000

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
