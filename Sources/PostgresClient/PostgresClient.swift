public import CoreMetrics
public import Logging
import Synchronization

/// A client of one PostgreSQL database over libpq: a bounded pool of pipelined connections that one thread drives.
///
/// ```swift
/// let client = try PostgresClient(PostgresConfiguration(url: "postgres://app@localhost/app"))
/// var parameters = PostgresParameters()
/// parameters.append(Int64(7))
/// let result = try await client.query(PostgresStatement("SELECT name FROM people WHERE id = $1", parameters))
/// print(result.string(0, 0) ?? "nobody")
/// await client.shutdown()
/// ```
///
/// A client is shut down before it goes, or its threads and connections stay.
public final class PostgresClient: Sendable {
    let thread: PollThread
    private let connector: Connector
    private let configuration: PostgresConfiguration
    private let isShutDown = Atomic(false)

    /// Starts the client's threads: one that polls, six that may block. Connections are opened when requests need them.
    ///
    /// - Throws: `other` if no descriptor is free.
    public init(
        _ configuration: PostgresConfiguration, options: PostgresClientOptions = PostgresClientOptions(),
        metrics: any MetricsFactory = MetricsSystem.factory, logger: Logger = Logger(label: "PostgresClient")
    ) throws(PostgresError) {
        let options = options.checked
        let thread = try PollThread()
        let connector = try Connector()
        self.thread = thread
        self.connector = connector
        self.configuration = configuration
        let figures = PoolMetrics(factory: metrics, prefix: options.metricsPrefix)
        thread.start {
            PollLoop(
                thread: thread, connector: connector, configuration: configuration, options: options, metrics: figures,
                logger: logger
            ).run()
        }
    }

    /// Runs statements as one transaction, in one round trip: all of them and one Sync are sent in one go.
    ///
    /// The transaction is the implicit one of PostgreSQL's extended protocol (its manual, 55.2.3): READ COMMITTED unless the database says otherwise, each
    /// statement with a snapshot of its own, rolled back by the first error and else committed at the end. BEGIN, COMMIT and COPY have no place in it;
    /// settings and the role for the transaction are set by `SELECT set_config('…', $1, true)`.
    ///
    /// Other requests may be under way on the same connection before and behind this one; they share nothing with it. Where the server rolled it
    /// back for something that another request caused, it is sent again, twice at most.
    ///
    /// - Returns: one result for each statement.
    /// - Throws: the first error. When the task is cancelled, `cancelled` once the server has rolled it back, or the results if it
    ///   was faster. See ``PostgresError/isFateUnknown`` for what a lost connection means.
    public func transaction(_ statements: [PostgresStatement]) async throws(PostgresError) -> [PostgresResult] {
        try await answer(to: statements, isRepeatable: true) { .submit($0, since: .now) }
    }

    /// Runs one statement as a transaction of its own. What holds for ``transaction(_:)`` holds for it.
    public func query(_ statement: PostgresStatement) async throws(PostgresError) -> PostgresResult {
        guard let result = try await transaction([statement]).first else { throw .connectionLost }
        return result
    }

    /// Lends a connection that nobody else uses, for what takes a dialogue: several transactions, BEGIN and COMMIT, session locks.
    ///
    /// The connection is closed afterwards, so that nothing of its state stays: whatever was open is rolled back.
    ///
    /// - Throws: what `use` throws; `PostgresError` when no connection is to be had, `cancelled` when the task was cancelled meanwhile.
    public func withSession<Value: Sendable>(
        _ use: (PostgresSession) async throws -> Value
    ) async throws -> Value {
        let session = PostgresSession(id: RequestID.next(), client: self)
        let refusal = await waitForAnswer(id: session.id) { [thread] id, answer in
            let pending = PendingSession(id: id, answer: answer)
            if !thread.post(.openSession(pending, since: .now)) { answer(.closed) }
        }
        if let refusal { throw refusal }
        defer { thread.post(.closeSession(session.id)) }
        return try await use(session)
    }

    /// Listens on channels, on a connection of its own beside the pool.
    ///
    /// - Parameters:
    ///   - channels: names as they are, without quotes.
    ///   - other: where to connect when not where the pool does: past a pooler, which would not pass notifications on.
    ///   - deliver: called on the poll thread, one event at a time; must return soon.
    public func listen(
        to channels: [String], at other: PostgresConfiguration? = nil,
        deliver: @escaping @Sendable (PostgresListenerEvent) -> Void
    ) -> PostgresListener {
        let specification = ListenerSpecification(
            id: RequestID.next(), configuration: other ?? configuration, channels: channels, deliver: deliver)
        if !thread.post(.addListener(specification)) { deliver(.ended) }
        return PostgresListener(id: specification.id, thread: thread)
    }

    /// Listens on channels, and keeps up to `limit` events for the one task that iterates over them.
    public func events(
        of channels: [String], at other: PostgresConfiguration? = nil, limit: Int = 1024
    ) -> PostgresEvents {
        let limit = max(2, limit)
        let (stream, continuation) = AsyncStream.makeStream(
            of: PostgresListenerEvent.self, bufferingPolicy: .bufferingOldest(limit))
        let buffer = EventBuffer(continuation, limit: limit)
        let listener = listen(to: channels, at: other) { buffer.put($0) }
        continuation.onTermination = { _ in listener.stop() }
        return PostgresEvents(stream)
    }

    /// Refuses what comes, lets what waits and runs come to its end within `grace`, cuts the rest, and closes everything.
    ///
    /// A name look-up that is under way is waited for. Does nothing the second time.
    public func shutdown(grace: Duration = .seconds(5)) async {
        guard !isShutDown.exchange(true, ordering: .relaxed) else { return }
        thread.post(.drain(until: .now + grace))
        await thread.join()
        await connector.shutdown()
    }
}
