/// The connections that requests share, and who waits for one. It belongs to the poll thread.
///
/// A request goes to an idle connection. Without one it waits for another to be opened, for a moment and as far as the bound allows; then it
/// goes to the connection with the fewest requests, else it waits. Nobody overtakes the one in front of the line.
final class ConnectionPool {
    struct Member {
        /// When opening began.
        let since: ContinuousClock.Instant
        var connection: PipelinedConnection?
        var session: UInt64?
    }

    /// How long a request waits for a connection that is being opened, rather than stand behind others on an open one.
    private static let patience = Duration.milliseconds(100)

    let thread: PollThread
    let connector: Connector
    let configuration: PostgresConfiguration
    let options: PostgresClientOptions
    let metrics: PoolMetrics
    let outage: OutageReport
    var members: [Int: Member] = [:] {
        didSet {
            connections = members.values.compactMap(\.connection)
            sharedConnections = members.values.filter { $0.session == nil }.compactMap(\.connection)
        }
    }
    /// The connections to poll.
    private(set) var connections: [PipelinedConnection] = []
    /// Those that no session holds.
    private var sharedConnections: [PipelinedConnection] = []
    var waiting = WaitingLine()
    var opening = OpeningState()
    private var random = SystemRandomNumberGenerator()

    init(
        thread: PollThread, connector: Connector, configuration: PostgresConfiguration, options: PostgresClientOptions,
        metrics: PoolMetrics, outage: OutageReport
    ) {
        self.thread = thread
        self.connector = connector
        self.configuration = configuration
        self.options = options
        self.metrics = metrics
        self.outage = outage
    }

    /// Whether nothing waits, runs or is held by a session.
    var isIdle: Bool {
        waiting.isEmpty && members.values.allSatisfy { $0.session == nil && ($0.connection?.load ?? 0) == 0 }
    }

    /// When ``turn(at:)`` has something to do even if nothing happens, after it was called at `now`.
    func nextDeadline(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        var deadlines = connections.compactMap(\.cancelDeadline)
        if let first = waiting.first {
            deadlines.append(deadline(of: first))
            deadlines += members.values.filter { $0.connection == nil && $0.since + Self.patience > now }
                .map { $0.since + Self.patience }
        }
        if demand > 0, members.count < options.maxConnections, let retry = opening.retryTime, retry > now {
            deadlines.append(retry)
        }
        return deadlines.min()
    }

    // MARK: Requests

    /// Takes a request or a session in.
    func submit(_ item: WaitingLine.Item, since: ContinuousClock.Instant) {
        if waiting.isEmpty, serve(item, since: since) { return }
        guard waiting.count < options.maxWaiting else {
            metrics.refusedOne()
            return item.fail(
                foundNoConnection: PostgresError(
                    .poolExhausted, "Too many requests wait for a database connection."))
        }
        waiting.append(item, since: since)
        metrics.waitingIs(waiting.count)
    }

    /// Sends a request on a session's connection.
    func submit(_ request: PendingRequest, in session: UInt64) {
        guard let connection = members.values.first(where: { $0.session == session })?.connection else {
            return request.answer(.failure(.connectionLost))
        }
        send(request, on: connection)
    }

    /// Ends a session; its connection goes with it, whatever state it left there.
    func closeSession(_ session: UInt64) {
        for (id, member) in members where member.session == session {
            if let connection = member.connection { settle(connection.abandon(because: .closed), of: connection) }
            members[id] = nil
        }
        metrics.connectionsAre(connections.count)
        serveWaiting()
    }

    /// Takes a cancelled request out of the line, or cancels it on the server when it runs there.
    func cancel(_ id: UInt64) {
        if let place = waiting.remove(id) {
            place.item.fail(.cancelled)
            metrics.waitingIs(waiting.count)
            return serveWaiting()
        }
        for connection in connections where connection.markCancelled(id) { sendCancel(on: connection) }
    }

    /// A cancel has reached the server.
    func cancelDelivered(_ id: Int) {
        members[id]?.connection?.cancelWasDelivered()
        serveWaiting()
    }

    /// Takes input on one of the pool's connections; false if it is none of them.
    func receive(on connection: PipelinedConnection) -> Bool {
        guard members[connection.id]?.connection === connection else { return false }
        settle(connection.receive(), of: connection)
        return true
    }

    /// Gives up what has waited too long, and opens what is wanted.
    func turn(at now: ContinuousClock.Instant) {
        for connection in connections {
            guard let deadline = connection.cancelDeadline, deadline <= now else { continue }
            settle(connection.abandon(because: .connectionLost), of: connection)
        }
        while let first = waiting.first, deadline(of: first) <= now {
            waiting.removeFirst()
            metrics.refusedOne()
            let exhausted = PostgresError(.poolExhausted, "No database connection was free in time.")
            first.item.fail(
                foundNoConnection: opening.lastError ?? (opening.unreachableSince == nil ? exhausted : .connectionLost))
        }
        openWanted(at: now)
        serveWaiting()
    }

    private func deadline(of place: WaitingLine.Place) -> ContinuousClock.Instant {
        opening.deadline(ofWaitSince: place.since, timeout: options.acquireTimeout)
    }

    /// Fails everything, and closes all connections.
    func close() {
        while let place = waiting.removeFirst() { place.item.fail(.closed) }
        for connection in connections {
            let outcome = connection.abandon(because: .closed)
            for request in outcome.repeats { request.answer(.failure(.closed)) }
        }
        members = [:]
        metrics.connectionsAre(0)
    }

    // MARK: Serving

    /// Serves the line as far as connections go.
    func serveWaiting() {
        guard !waiting.isEmpty else { return }
        while let first = waiting.first, serve(first.item, since: first.since, removing: true) {}
        metrics.waitingIs(waiting.count)
    }

    private func serve(_ item: WaitingLine.Item, since: ContinuousClock.Instant, removing: Bool = false) -> Bool {
        var best: PipelinedConnection?
        for connection in sharedConnections where connection.takesRequests {
            if connection.load < best?.load ?? Int.max { best = connection }
            if connection.load == 0 { break }
        }
        guard let best else { return false }
        switch item {
        case .session: guard best.load == 0 else { return false }
        case .request:
            guard best.load < options.maxPipelinedRequests, best.load == 0 || !isGrowing else { return false }
        }
        if removing { waiting.removeFirst() }
        metrics.served(after: since.duration(to: .now))
        switch item {
        case .request(let request): send(request, on: best)
        case .session(let session):
            members[best.id]?.session = session.id
            session.answer(nil)
        }
        return true
    }

    /// Whether another connection is about to be open.
    private var isGrowing: Bool {
        let now = ContinuousClock.now
        guard opening.lastError == nil else { return false }
        if members.count < options.maxConnections, opening.mayTry(at: now) { return true }
        return members.values.contains { $0.connection == nil && $0.since + Self.patience > now }
    }

    private func send(_ request: PendingRequest, on connection: PipelinedConnection) {
        guard let outcome = connection.send(request) else { return }
        settle(outcome, of: connection)
    }

    private func sendCancel(on connection: PipelinedConnection) {
        guard let cancel = connection.cancelToSend(grace: options.cancelGrace) else { return }
        let id = connection.id
        connector.cancel(cancel) { [thread] in thread.post(.cancelDelivered(connection: id)) }
    }

    /// Does what follows from input.
    func settle(_ outcome: PipelinedConnection.Outcome, of connection: PipelinedConnection) {
        for request in outcome.repeats.reversed() { waiting.prepend(.request(request), since: .now) }
        if let loss = outcome.loss {
            if members.removeValue(forKey: connection.id) != nil, loss.category != .closed { note(loss) }
        } else if connection.isOutdated, connection.load == 0 {
            members[connection.id] = nil
            metrics.connectionsAre(connections.count)
        } else {
            sendCancel(on: connection)
        }
        serveWaiting()
    }

    private func note(_ loss: PostgresError) {
        outage.failed(loss, isAttempt: false)
        metrics.lostOne()
        metrics.connectionsAre(connections.count)
        if connections.isEmpty { opening.becomesUnreachable(at: .now) }
        opening.delay(by: options.backoff.delay(failures: 1, using: &random))
    }

    // MARK: Opening

    /// How many connections would serve those that stand behind others. While the database cannot be reached it is tried all the same, one attempt at a
    /// time: nobody has to wait to find out that it is back.
    private var demand: Int {
        guard opening.unreachableSince == nil else { return 1 }
        let behind = connections.reduce(waiting.count) { $0 + max(0, $1.load - 1) }
        return opening.lastError == nil ? behind : min(behind, 1)
    }

    private func openWanted(at now: ContinuousClock.Instant) {
        var wanted = min(demand, Connector.concurrency) - members.values.count { $0.connection == nil }
        while wanted > 0, members.count < options.maxConnections, opening.mayTry(at: now) {
            wanted -= 1
            let id = ConnectionID.next()
            members[id] = Member(since: now)
            connector.connect(to: configuration, timeout: options.connectTimeout) { [thread] result in
                thread.post(.connected(id, result))
            }
        }
    }

    /// An attempt has ended; false if it was none of the pool's.
    func connected(_ id: Int, _ result: Result<ConnectionHandle, PostgresError>) -> Bool {
        guard members[id] != nil else { return false }
        switch result {
        case .success(let handle):
            members[id]?.connection = PipelinedConnection(id: id, handle: handle, options: options)
            outage.reached()
            opening = OpeningState()
            metrics.connectionsAre(connections.count)
            serveWaiting()
        case .failure(let error):
            members[id] = nil
            metrics.attemptFailed()
            outage.failed(error, isAttempt: true)
            if connections.isEmpty { opening.becomesUnreachable(at: .now) }
            opening.fail(error, options.backoff, using: &random)
            // Waiting does not help against a wrong password.
            if error.isLasting, connections.isEmpty { failWaiting(error) }
        }
        return true
    }

    private func failWaiting(_ error: PostgresError) {
        while let place = waiting.removeFirst() { place.item.fail(foundNoConnection: error) }
        metrics.waitingIs(0)
    }
}
