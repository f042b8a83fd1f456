import CoreMetrics
import NIOCore
import Synchronization

/// The memory that answers have which their peers have not taken, over all connections of a front: bounded, so that readers who take
/// nothing cost the server no more than its operator allows (`server.maxAnswerMemory`).
///
/// Nobody waits for it. Where it is exceeded, connections are cut until an eighth of it is free: first those whose peers will need
/// the longest for what they have, at the pace that they have shown, which is the large answers of readers that stand still. Peers that
/// keep up are never counted.
final class AnswerMemory: Sendable {
    private struct Claim: Sendable {
        let holder: NIOLoopBound<BacklogHandler>
        let held: Int
        let wait: Double
    }

    let incidents: FrontIncidents
    private let limit: Int
    private let used = Atomic<Int>(0)
    private let isRelieving = Atomic<Bool>(false)
    private let holders = Mutex<[ObjectIdentifier: NIOLoopBound<BacklogHandler>]>([:])

    init(limit: Int, incidents: FrontIncidents) {
        self.limit = limit
        self.incidents = incidents
    }

    /// The bytes that are held now.
    var bytes: Int { used.load(ordering: .relaxed) }

    /// A connection begins to hold bytes.
    func join(_ holder: NIOLoopBound<BacklogHandler>) {
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

    /// One of those that joined holds `bytes` more, or less where negative.
    func add(_ bytes: Int) {
        let after = used.wrappingAdd(bytes, ordering: .relaxed).newValue
        incidents.metrics.answerMemory.record(after)
        if bytes > 0, after > limit { relieve() }
    }

    /// Looks at all who hold something, on their event loops, and cuts those that will need the longest.
    private func relieve() {
        guard !isRelieving.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let surveys = byEventLoop(holders.withLock { Array($0.values) }) { $0 }.map { loop, holders in
            loop.submit { holders.compactMap(Self.claim) }
        }
        guard let loop = surveys.first?.eventLoop else { return isRelieving.store(false, ordering: .releasing) }
        EventLoopFuture.whenAllSucceed(surveys, on: loop).flatMap { claims in
            self.cut(self.victims(claims.flatMap { $0 }), on: loop)
        }.whenComplete { _ in
            self.isRelieving.store(false, ordering: .releasing)
            // What came meanwhile.
            if self.bytes > self.limit { self.relieve() }
        }
    }

    private func victims(_ claims: [Claim]) -> [Claim] {
        var excess = bytes - limit
        guard excess > 0 else { return [] }
        excess += limit / 8
        var victims: [Claim] = []
        for claim in claims.sorted(by: { $0.wait > $1.wait }) {
            guard excess > 0 else { break }
            victims.append(claim)
            excess -= claim.held
        }
        return victims
    }

    private func cut(_ victims: [Claim], on loop: any EventLoop) -> EventLoopFuture<Void> {
        let cuts = byEventLoop(victims) { $0.holder }.map { loop, victims in
            loop.submit { for victim in victims { victim.holder.value.cut(because: .memory) } }
        }
        return EventLoopFuture.andAllComplete(cuts, on: loop)
    }

    private static func claim(_ holder: NIOLoopBound<BacklogHandler>) -> Claim? {
        holder.value.claim().map { Claim(holder: holder, held: $0.held, wait: $0.wait) }
    }

    private func byEventLoop<Element: Sendable>(
        _ elements: [Element], _ holder: (Element) -> NIOLoopBound<BacklogHandler>
    ) -> [(any EventLoop, [Element])] {
        Dictionary(grouping: elements) { ObjectIdentifier(holder($0).eventLoop) }.values.compactMap { elements in
            elements.first.map { (holder($0).eventLoop, elements) }
        }
    }
}
