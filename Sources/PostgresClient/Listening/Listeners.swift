import Logging

/// The listeners of a client, each with a connection of its own. They belong to the poll thread.
final class Listeners {
    private let thread: PollThread
    private let connector: Connector
    private let options: PostgresClientOptions
    private let configuration: PostgresConfiguration
    /// The pool's too.
    private let outage: OutageReport
    private let logger: Logger
    private var links: [UInt64: ListenerLink] = [:]
    private var random = SystemRandomNumberGenerator()

    init(
        thread: PollThread, connector: Connector, configuration: PostgresConfiguration, options: PostgresClientOptions,
        outage: OutageReport, logger: Logger
    ) {
        self.thread = thread
        self.connector = connector
        self.configuration = configuration
        self.options = options
        self.outage = outage
        self.logger = logger
    }

    /// The connections to poll.
    var connections: [PipelinedConnection] { links.values.compactMap(\.connection) }

    /// When ``turn(at:)`` has something to do even if nothing happens.
    var nextDeadline: ContinuousClock.Instant? { links.values.compactMap(\.nextTime).min() }

    func add(_ specification: ListenerSpecification) {
        let isElsewhere = specification.configuration.keywords != configuration.keywords
        links[specification.id] = ListenerLink(
            specification,
            outage: isElsewhere ? OutageReport(of: "The database to listen at", logger: logger) : outage)
    }

    func remove(_ id: UInt64) {
        guard let link = links.removeValue(forKey: id) else { return }
        link.specification.deliver(.ended)
    }

    func close() {
        for id in Array(links.keys) { remove(id) }
    }

    /// Connects what is due, and sees whether connections live.
    func turn(at now: ContinuousClock.Instant) {
        for link in links.values {
            guard let time = link.nextTime, time <= now else { continue }
            switch link.state {
            case .waiting: connect(link)
            case .opening: break
            case .open where link.awaitsAnswer: lose(link, because: .connectionLost)
            case .open(let connection, _): ask("SELECT 1", of: link, on: connection)
            }
        }
    }

    /// An attempt has ended.
    func connected(_ id: Int, _ result: Result<ConnectionHandle, PostgresError>) {
        guard let link = links.values.first(where: { $0.isOpening(id) }) else { return }
        switch result {
        case .success(let handle):
            let connection = PipelinedConnection(id: id, handle: handle, options: options)
            link.state = .open(connection, until: .now + options.heartbeat)
            link.isListening = false
            ask(link.listenStatements, of: link, on: connection)
        case .failure(let error): lose(link, because: error)
        }
    }

    /// The server answered LISTEN or the question whether it lives.
    func answered(_ id: UInt64, _ error: PostgresError?) {
        guard let link = links[id], case .open = link.state else { return }
        if let error { return lose(link, because: error) }
        link.awaitsAnswer = false
        guard !link.isListening else { return }
        link.isListening = true
        link.failures = 0
        link.outage.reached()
        link.specification.deliver(link.hasListened ? .reconnected : .connected)
        link.hasListened = true
    }

    /// Takes input on a listener's connection.
    func receive(on connection: PipelinedConnection) {
        guard let link = links.values.first(where: { $0.connection === connection }) else { return }
        let outcome = connection.receive()
        for notification in outcome.notifications { link.specification.deliver(.notification(notification)) }
        if let loss = outcome.loss { lose(link, because: loss) }
    }

    private func connect(_ link: ListenerLink) {
        let id = ConnectionID.next()
        link.state = .opening(id)
        connector.connect(to: link.specification.configuration, timeout: options.connectTimeout) { [thread] result in
            thread.post(.connected(id, result))
        }
    }

    private func ask(_ sql: String, of link: ListenerLink, on connection: PipelinedConnection) {
        ask([PostgresStatement(sql, isPrepared: false)], of: link, on: connection)
    }

    private func ask(_ statements: [PostgresStatement], of link: ListenerLink, on connection: PipelinedConnection) {
        link.state = .open(connection, until: .now + options.heartbeat)
        link.awaitsAnswer = true
        let id = link.specification.id
        let request = PendingRequest(id: RequestID.next(), statements: statements, isRepeatable: false) {
            [thread] result in
            if case .failure(let error) = result {
                thread.post(.listenerAnswered(id, error))
            } else {
                thread.post(.listenerAnswered(id, nil))
            }
        }
        if let loss = connection.send(request)?.loss { lose(link, because: loss) }
    }

    private func lose(_ link: ListenerLink, because error: PostgresError) {
        let isAttempt = link.connection == nil
        link.failures += 1
        link.awaitsAnswer = false
        link.state = .waiting(until: .now + options.backoff.delay(failures: link.failures, using: &random))
        link.outage.failed(error, isAttempt: isAttempt)
        link.specification.deliver(.disconnected(error))
    }
}
