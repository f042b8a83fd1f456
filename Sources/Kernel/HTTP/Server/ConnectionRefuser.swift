import HTTPTypes
import NIOCore
import Synchronization

/// Answers connections past a cap, so many at a time; the ones past that are closed without a word.
final class ConnectionRefuser: Sendable {
    private let limit: Int
    private let underWay = Atomic<Int>(0)

    init(limit: Int = 256) {
        self.limit = limit
    }

    /// Has `channel` answered `problem` and closed, on its event loop; false where too many are.
    func refuse(_ channel: any Channel, with problem: Problem, _ settings: ConnectionSettings) throws -> Bool {
        guard underWay.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
            underWay.wrappingSubtract(1, ordering: .relaxed)
            return false
        }
        channel.closeFuture.whenComplete { _ in self.underWay.wrappingSubtract(1, ordering: .relaxed) }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(BacklogHandler(settings.limits, memory: settings.answers))
        try pipeline.addHandler(LingeringCloseHandler(settings.limits))
        try pipeline.addHandler(RefusalHandler(problem, settings, at: channel.eventLoop.now))
        return true
    }
}

extension RefusalReason {
    /// 429, or 503 where others have the connections.
    var problem: Problem {
        switch self {
        case .address:
            Problem(
                status: 429, code: "too_many_connections",
                detail: "There are too many connections from this address; close some, or try again later.",
                headers: [.retryAfter: "5"])
        case .total:
            .unavailable(
                code: "too_many_connections",
                detail: "The server has as many connections as it may have; try again later.")
        }
    }
}
