/// The bounds of a client: how much it opens, keeps waiting and waits itself.
public struct PostgresClientOptions: Sendable {
    /// Whether statements are prepared.
    public enum PreparedStatements: String, Sendable, CaseIterable {
        /// Once a connection, under a name, and then executed by it.
        case auto
        /// Never: for PgBouncer before 1.21 in transaction mode, where names belong to whoever is next.
        case off
    }

    /// How many connections may be open, sessions included and listeners not; at least 1.
    public var maxConnections = 8
    /// How many requests may be under way on one connection, the running one included; at least 1. Those behind wait for those before,
    /// so no request may depend on another's being sent later.
    public var maxPipelinedRequests = 16
    /// How many requests and sessions may wait for a connection; those beyond get ``PostgresError/Category/poolExhausted`` at once.
    public var maxWaiting = 4096
    /// How long a request may wait for a connection before it gets ``PostgresError/Category/poolExhausted``, or what keeps connections from
    /// being opened. It is also how long an outage is waited through: from then on until the database is back, requests fail at once.
    public var acquireTimeout = Duration.seconds(5)
    /// How long an attempt to connect may take, from the name look-up to a session that is ready.
    public var connectTimeout = Duration.seconds(10)
    /// How long the server may take to end what was cancelled; after that the connection is given up.
    public var cancelGrace = Duration.seconds(5)
    /// Whether statements are prepared.
    public var preparedStatements = PreparedStatements.auto
    /// How many statements one connection keeps prepared; those beyond are sent as they are.
    public var maxPreparedStatements = 256
    /// How long a broken pool waits before it connects again.
    public var backoff = PostgresBackoff()
    /// How often a listener asks whether its connection lives; twice as long without an answer is a loss.
    public var heartbeat = Duration.seconds(10)
    /// The beginning of the metrics' names.
    public var metricsPrefix = "postgres_client"

    /// The defaults.
    public init() {}

    /// The options as they are obeyed: bounds below their minimum are raised to it.
    var checked: PostgresClientOptions {
        var options = self
        options.maxConnections = max(1, maxConnections)
        options.maxPipelinedRequests = max(1, maxPipelinedRequests)
        options.maxWaiting = max(0, maxWaiting)
        options.maxPreparedStatements = max(0, maxPreparedStatements)
        options.heartbeat = max(.milliseconds(10), heartbeat)
        return options
    }
}
