import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the poll thread does: it owns the pool and the listeners, and nobody else touches them.
final class PollLoop {
    private let thread: PollThread
    private let pool: ConnectionPool
    private let listeners: Listeners
    private var drainDeadline: ContinuousClock.Instant?

    init(
        thread: PollThread, connector: Connector, configuration: PostgresConfiguration, options: PostgresClientOptions,
        metrics: PoolMetrics, logger: Logger
    ) {
        self.thread = thread
        let outage = OutageReport(of: "The database", logger: logger)
        pool = ConnectionPool(
            thread: thread, connector: connector, configuration: configuration, options: options, metrics: metrics,
            outage: outage)
        listeners = Listeners(
            thread: thread, connector: connector, configuration: configuration, options: options, outage: outage,
            logger: logger)
    }

    /// Runs until drained.
    func run() {
        while true {
            for command in thread.takeCommands() { perform(command) }
            let now = ContinuousClock.now
            if let drainDeadline, pool.isIdle || now >= drainDeadline { break }
            pool.turn(at: now)
            listeners.turn(at: now)
            wait(since: now)
        }
        pool.close()
        listeners.close()
        for command in thread.end() { refuse(command) }
    }

    private func perform(_ command: Command) {
        switch command {
        case .submit, .submitInSession, .openSession, .addListener:
            guard drainDeadline == nil || command.isOfSession else { return refuse(command) }
            accept(command)
        case .closeSession(let id): pool.closeSession(id)
        case .cancel(let id): pool.cancel(id)
        case .removeListener(let id): listeners.remove(id)
        case .listenerAnswered(let id, let error): listeners.answered(id, error)
        case .connected(let id, let result):
            if !pool.connected(id, result) { listeners.connected(id, result) }
        case .cancelDelivered(let id): pool.cancelDelivered(id)
        case .drain(let deadline):
            drainDeadline = deadline
            listeners.close()
        }
    }

    private func accept(_ command: Command) {
        switch command {
        case .submit(let request, let since): pool.submit(.request(request), since: since)
        case .openSession(let session, let since): pool.submit(.session(session), since: since)
        case .submitInSession(let request, let session): pool.submit(request, in: session)
        case .addListener(let specification): listeners.add(specification)
        default: break
        }
    }

    /// Answers a command that comes too late.
    private func refuse(_ command: Command) {
        switch command {
        case .submit(let request, _), .submitInSession(let request, _): request.answer(.failure(.closed))
        case .openSession(let session, _): session.answer(.closed)
        case .addListener(let specification): specification.deliver(.ended)
        default: break
        }
    }

    /// Waits for input, the inbox or the next deadline, and takes the input.
    private func wait(since now: ContinuousClock.Instant) {
        let connections = pool.connections + listeners.connections
        var descriptors = [pollfd(fd: thread.descriptor, events: Int16(POLLIN), revents: 0)]
        for connection in connections {
            let events = connection.isFlushPending ? POLLIN | POLLOUT : POLLIN
            descriptors.append(pollfd(fd: connection.socket, events: Int16(events), revents: 0))
        }
        let deadlines = [pool.nextDeadline(after: now), listeners.nextDeadline, drainDeadline].compactMap(\.self)
        let timeout = deadlines.min().map { (now.duration(to: $0)).pollMilliseconds } ?? -1
        guard poll(&descriptors, nfds_t(descriptors.count), timeout) > 0 else { return }
        for (connection, descriptor) in zip(connections, descriptors.dropFirst()) where descriptor.revents != 0 {
            if !pool.receive(on: connection) { listeners.receive(on: connection) }
        }
    }
}

extension Command {
    /// Whether it belongs to a session that was open before.
    fileprivate var isOfSession: Bool {
        if case .submitInSession = self { true } else { false }
    }
}
