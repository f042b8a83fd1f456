import Domain
import NIOCore
import Synchronization

/// Who listens, and who of them is told of a commit (decision 7).
///
/// It carries wake-ups, never payloads, and keeps none: what a listener has not dealt with is the listener's to remember. News costs one hop
/// to each event loop that has a listener of its audience, however many they are.
final class LiveHub: Sendable {
    private let shards = Mutex<[ObjectIdentifier?: HubShard]>([:])
    private let draining = Atomic(false)
    private let metrics: LiveMetrics

    init(metrics: LiveMetrics) {
        self.metrics = metrics
    }

    /// Whether the server drains: nobody is to begin to listen then.
    var isDraining: Bool { draining.load(ordering: .sequentiallyConsistent) }

    /// Tells `listener` of everything that is committed from now on, until the registration is cancelled.
    ///
    /// - Parameter eventLoop: Where it is called; nil for the thread that brings the news.
    func add(_ listener: any LiveListener, on eventLoop: (any EventLoop)?) -> LiveRegistration {
        let shard = shards.withLock { shards in
            let key = eventLoop.map { ObjectIdentifier($0) }
            if let shard = shards[key] { return shard }
            let shard = HubShard(eventLoop: eventLoop)
            shards[key] = shard
            return shard
        }
        shard.add(listener)
        // Either the drain finds the listener, or it is found here that the drain has begun.
        if isDraining { listener.drain() }
        return LiveRegistration(listener: listener, shard: shard)
    }

    /// Passes news on.
    func tell(_ news: ChangeNews) {
        let began = ContinuousClock.now
        for shard in allShards {
            switch news {
            case .committed(let notices):
                let concerning = shard.concerning(notices)
                guard !concerning.isEmpty else { continue }
                shard.run { [metrics] shard in
                    shard.deliver(concerning) { metrics.told(after: began.duration(to: .now)) }
                }
            case .grantsChanged(let user):
                shard.run { shard in shard.listeners(of: user).forEach { $0.grantsChanged() } }
            case .gap:
                shard.run { shard in shard.forEach { $0.mayHaveMissed() } }
            }
        }
    }

    /// Tells all listeners that the server drains, and those to come.
    func drain() {
        draining.store(true, ordering: .sequentiallyConsistent)
        for shard in allShards { shard.run { shard in shard.forEach { $0.drain() } } }
    }

    private var allShards: [HubShard] { shards.withLock { Array($0.values) } }
}

/// A listener's place in the hub.
struct LiveRegistration: Sendable {
    fileprivate let listener: any LiveListener
    fileprivate let shard: HubShard

    /// Ends it. A call that is under way on another thread may still come to its end.
    func cancel() {
        shard.remove(listener)
    }
}
