import Logging

/// Says in the log that the database is lost, once a minute that it still is, and that it is back; however many connections there are and however
/// often they are tried. It belongs to the poll thread.
final class OutageReport {
    /// How long after a line about an outage the next one comes.
    static let interval = Duration.seconds(60)
    /// An outage that had no line for want of that has one at its end, if it was so long.
    static let worthTelling = Duration.seconds(5)

    private let name: String
    private let logger: Logger
    private var since: ContinuousClock.Instant?
    private var attempts = 0
    private var toldAt: ContinuousClock.Instant?
    /// Whether the outage that lasts has a line, so that its end needs one.
    private var isTold = false
    private var wasReached = false

    /// - Parameter name: What is lost, at the start of a sentence.
    init(of name: String, logger: Logger) {
        self.name = name
        self.logger = logger
    }

    /// A connection broke, or an attempt to connect failed.
    func failed(_ error: PostgresError, isAttempt: Bool, at now: ContinuousClock.Instant = .now) {
        let beginning = since ?? now
        let isNew = since == nil
        since = beginning
        if isAttempt { attempts += 1 } else { wasReached = true }
        // One that comes and goes does not fill the log either.
        if let toldAt, now - toldAt < Self.interval { return }
        toldAt = now
        isTold = true
        logger.warning(
            isNew && wasReached
                ? "\(name) is lost; it is tried again until it is back."
                : isNew ? "\(name) cannot be reached." : "\(name) still cannot be reached.",
            metadata: metadata(beginning, now, cause: error))
    }

    /// There is a connection.
    func reached(at now: ContinuousClock.Instant = .now) {
        wasReached = true
        guard let beginning = since else { return }
        if isTold || now - beginning >= Self.worthTelling {
            logger.notice("\(name) is back.", metadata: metadata(beginning, now))
        }
        (since, attempts, isTold) = (nil, 0, false)
    }

    private func metadata(
        _ beginning: ContinuousClock.Instant, _ now: ContinuousClock.Instant, cause: PostgresError? = nil
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "attempts": "\(attempts)", "seconds": "\((now - beginning).components.seconds)",
        ]
        if let cause { metadata["cause"] = "\(cause.cause ?? cause.message)" }
        return metadata
    }
}
