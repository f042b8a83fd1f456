import CPostgres
import NIOPosix

/// The threads that block where the poll thread must not: looking names up, shaking hands, and cancelling.
final class Connector: Sendable {
    /// How many connections are opened at the same time.
    static let concurrency = 4

    private let handshakes = NIOThreadPool(numberOfThreads: Connector.concurrency)
    private let cancels = NIOThreadPool(numberOfThreads: 2)
    /// Signalled to end the attempts that are under way.
    private let stop: WakeUp

    init() throws(PostgresError) {
        stop = try WakeUp()
        handshakes.start()
        cancels.start()
    }

    /// Opens a connection in pipeline mode. `then` is called on another thread.
    ///
    /// Of several hosts each has `timeout` for itself, so that one that is dead and silent does not hide the next.
    func connect(
        to configuration: PostgresConfiguration, timeout: Duration,
        then: @escaping @Sendable (Result<ConnectionHandle, PostgresError>) -> Void
    ) {
        handshakes.submit { [stop] state in
            guard case .active = state else { return then(.failure(.closed)) }
            var result = Result<ConnectionHandle, PostgresError>.failure(.connectionLost)
            for keywords in configuration.attempts {
                result = Result { () throws(PostgresError) in
                    try Handshake(keywords).finish(within: timeout, unless: stop)
                }
                guard case .failure(let error) = result, error.category != .closed else { break }
            }
            then(result)
        }
    }

    /// Cancels what a connection runs. `then` is called when the server has passed the signal on, or could not be reached.
    func cancel(_ handle: CancelHandle, then: @escaping @Sendable () -> Void) {
        cancels.submit { state in
            if case .active = state { handle.send() }
            then()
        }
    }

    /// Ends what is under way and the threads. A name look-up that is under way is waited for.
    func shutdown() async {
        stop.signal()
        await Self.end(handshakes)
        await Self.end(cancels)
    }

    private static func end(_ threads: NIOThreadPool) async {
        await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
            threads.shutdownGracefully { _ in ended.resume() }
        }
    }
}
