import Kernel
import Logging
import Synchronization

/// Says in the log when a service stops answering, and when it answers again: a line each, and no more than one pair a minute where
/// it goes to and fro.
final class OutageReport: Sendable {
    private static let shortestInterval = Duration.seconds(60)

    private struct State {
        var isReported = false
        var reportedAt: UnixTime?
    }

    private let service: String
    private let consequence: String
    private let logger: Logger
    private let state = Mutex(State())

    init(service: String, consequence: String, logger: Logger) {
        self.service = service
        self.consequence = consequence
        self.logger = logger
    }

    /// A call has ended, with `failure` or with an answer; `isDown` is what is held of the service now.
    func callEnded(_ failure: LookupFailure?, isDown: Bool, at now: UnixTime) {
        let hasChanged = state.withLock { state in
            guard isDown != state.isReported else { return false }
            if isDown, let last = state.reportedAt, now >= last, now.since(last) < Self.shortestInterval {
                return false
            }
            state.isReported = isDown
            if isDown { state.reportedAt = now }
            return true
        }
        guard hasChanged else { return }
        if let failure, isDown {
            logger.warning(
                "the \(service) service does not answer: \(consequence)", metadata: ["error": "\(failure)"])
        } else {
            logger.notice("the \(service) service answers again")
        }
    }
}
