import CoreMetrics
import NIOCore
import Synchronization

/// The memory that answers have which their peers have not taken, over all connections of a front: bounded, so that readers who take
/// nothing cost the server no more than its operator allows (`server.maxAnswerMemory`).
///
/// Nobody waits for it. Where it is exceeded, connections are cut until an eighth of it is free: first those whose peers will need
/// the longest for what they have, at the pace that they have shown, which is the large answers of readers that stand still. Peers that
/// keep up are never counted. All event loops are asked for who holds what; where answers come faster than these can say, an event loop
/// cuts among its own, so that there is never more than a quarter over the limit.
final class AnswerMemory: Sendable {
    typealias Holder = NIOLoopBound<BacklogHandler>

    private struct Claim: Sendable {
        let holder: Holder
        let held: Int
        let wait: Double
    }

    let incidents: FrontIncidents
    private let limit: Int
    private let ceiling: Int
    private let used = Atomic<Int>(0)
    private let isRelieving = Atomic<Bool>(false)
    private let holders = Mutex<[ObjectIdentifier: Holder]>([:])
    private let trim = MemoryTrim()

    init(limit: Int, incidents: FrontIncidents) {
        self.limit = limit
        ceiling = limit + limit / 4
        self.incidents = incidents
    }

    /// The bytes that are held now.
    var bytes: Int { used.load(ordering: .relaxed) }

    /// A connection begins to hold bytes.
    func join(_ holder: Holder) {
        let id = ObjectIdentifier(holder.value)
        holders.withLock { $0[id] = holder }
    }

    /// A connection holds nothing any more.
    func leave(_ handler: BacklogHandler) {
        let id = ObjectIdentifier(handler)
        // Released outside of the lock: it may be the last one to hold the connection.
        let holder = holders.withLock { $0.removeValue(forKey: id) }
        withExtendedLifetime(holder) {}
    }

    /// One of those that joined holds `bytes` more, or less where negative. On its event loop; it may be cut for it.
    func add(_ bytes: Int, on eventLoop: any EventLoop) {
        let after = used.wrappingAdd(bytes, ordering: .relaxed).newValue
        incidents.metrics.answerMemory.record(after)
        guard bytes > 0, after > limit else { return }
        if after > ceiling { cutOwn(of: eventLoop) }
        relieve()
    }

    /// Looks at all who hold something, on their event loops, and cuts those that will need the longest.
    private func relieve() {
        guard !isRelieving.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let surveys = byEventLoop(holders.withLock { Array($0.values) }).map { loop, holders in
            loop.submit { holders.compactMap(Self.claim) }
        }
        guard let loop = surveys.first?.eventLoop else { return isRelieving.store(false, ordering: .releasing) }
        EventLoopFuture.whenAllSucceed(surveys, on: loop).flatMap { claims in
            let excess = self.bytes - self.limit
            let victims = excess > 0 ? self.victims(among: claims.flatMap { $0 }, for: excess + self.limit / 8) : []
            return self.cut(victims, on: loop)
        }.whenComplete { _ in
            self.isRelieving.store(false, ordering: .releasing)
            // What came meanwhile.
            if self.bytes > self.limit { self.relieve() }
        }
    }

    /// The same among the connections of an event loop that is at it anyway.
    private func cutOwn(of eventLoop: any EventLoop) {
        let own = holders.withLock { $0.values.filter { $0.eventLoop === eventLoop } }
        // No more than need be: the slowest of a few may be fast among all.
        for victim in victims(among: own.compactMap(Self.claim), for: bytes - ceiling) {
            victim.value.cut(because: .memory)
        }
        trim.soon(on: eventLoop)
    }

    private func cut(_ victims: [Holder], on loop: any EventLoop) -> EventLoopFuture<Void> {
        if !victims.isEmpty { trim.soon(on: loop) }
        let cuts = byEventLoop(victims).map { loop, victims in
            loop.submit { for victim in victims { victim.value.cut(because: .memory) } }
        }
        return EventLoopFuture.andAllComplete(cuts, on: loop)
    }

    /// Those who will need the longest, and have as many bytes together.
    private func victims(among claims: [Claim], for bytes: Int) -> [Holder] {
        var excess = bytes
        return claims.sorted { $0.wait > $1.wait }.prefix { claim in
            defer { excess -= claim.held }
            return excess > 0
        }.map(\.holder)
    }

    private static func claim(_ holder: Holder) -> Claim? {
        holder.value.claim().map { Claim(holder: holder, held: $0.held, wait: $0.wait) }
    }

    private func byEventLoop(_ holders: [Holder]) -> [(any EventLoop, [Holder])] {
        Dictionary(grouping: holders) { ObjectIdentifier($0.eventLoop) }.values.compactMap { holders in
            holders.first.map { ($0.eventLoop, holders) }
        }
    }
}
