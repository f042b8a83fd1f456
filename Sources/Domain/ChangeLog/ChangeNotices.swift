import Synchronization

/// Tells of commits (decision 7; the contract suite in Tests/Contracts checks it).
///
/// - A push that stored at least one change is told of once it is committed and before, or as, its pusher gets its answer: in one notice for
///   each space that it wrote into, and one for what belongs to no space.
/// - Whoever reads the log after a notice sees the changes.
/// - A push that stored nothing, because it failed or all of it was known or refused, is not told of.
public protocol ChangeNotices: Sendable {
    /// Has `receive` called with all news from now on, until the subscription is cancelled.
    ///
    /// The calls come from a thread of the engine, which waits for them: `receive` must not block, nor wait for the log.
    func subscribe(_ receive: @escaping @Sendable (ChangeNews) -> Void) -> ChangeSubscription
}

/// Ends a subscription.
public struct ChangeSubscription: Sendable {
    private let end: @Sendable () -> Void

    /// A subscription that `end` ends.
    public init(end: @escaping @Sendable () -> Void) {
        self.end = end
    }

    /// Ends it. A call that is under way may still come to its end. Does nothing the second time.
    public func cancel() {
        end()
    }
}

/// Where an engine posts its news: keeps the subscriptions.
public final class ChangeNoticeBoard: ChangeNotices {
    private struct State {
        var receivers: [UInt64: @Sendable (ChangeNews) -> Void] = [:]
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())

    /// A board that nobody reads yet.
    public init() {}

    public func subscribe(_ receive: @escaping @Sendable (ChangeNews) -> Void) -> ChangeSubscription {
        let id = state.withLock { state in
            state.nextID += 1
            state.receivers[state.nextID] = receive
            return state.nextID
        }
        return ChangeSubscription { [weak self] in
            self?.state.withLock { state in _ = state.receivers.removeValue(forKey: id) }
        }
    }

    /// Tells everyone, on the calling thread. An empty list is no news.
    public func post(_ news: ChangeNews) {
        if case .committed(let notices) = news, notices.isEmpty { return }
        for receive in state.withLock({ Array($0.receivers.values) }) { receive(news) }
    }
}
