import Logging
import NIOCore
import Synchronization

/// The connections that the front cut or refused to protect the others: counted, and told of in the log by one line for each kind
/// in ten seconds at most, so that a flood of them is no flood of lines.
final class FrontIncidents: Sendable {
    private struct Tally {
        var counts: [String: Int] = [:]
        var isLineDue = false
        var nextLine: NIODeadline?
    }

    let metrics: FrontMetrics
    private let logger: Logger
    private let tallies = Mutex<[String: Tally]>([:])

    init(metrics: FrontMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
    }

    /// A connection was cut, on its event loop.
    func cut(because reason: CutReason, on eventLoop: any EventLoop) {
        metrics.cut(because: reason)
        record("connections were cut: their peers take too little of their answers", reason.rawValue, on: eventLoop)
    }

    /// A connection was refused, on its event loop.
    func refused(because reason: RefusalReason, on eventLoop: any EventLoop) {
        metrics.refused(because: reason)
        record("connections were refused: there are too many", reason.rawValue, on: eventLoop)
    }

    /// The line waits a moment for what comes along with its first incident.
    private func record(_ message: String, _ reason: String, on eventLoop: any EventLoop) {
        let due: NIODeadline? = tallies.withLock { tallies in
            tallies[message, default: Tally()].counts[reason, default: 0] += 1
            guard tallies[message]?.isLineDue == false else { return nil }
            tallies[message]?.isLineDue = true
            let soon = eventLoop.now + .seconds(1)
            return max(soon, tallies[message]?.nextLine ?? soon)
        }
        guard let due else { return }
        eventLoop.scheduleTask(deadline: due) { self.log(message, at: due) }
    }

    private func log(_ message: String, at now: NIODeadline) {
        let counts = tallies.withLock { tallies in
            defer { tallies[message] = Tally(nextLine: now + .seconds(10)) }
            return tallies[message]?.counts ?? [:]
        }
        logger.warning("\(message)", metadata: counts.mapValues { "\($0)" })
    }
}
