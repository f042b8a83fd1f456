import CoreMetrics
import Domain
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import SyncPlugin

@Suite("The hub")
struct LiveHubTests {
    final class Listener: LiveListener {
        let scope: LiveScope
        private let calls = Mutex<[[String]]>([])

        init(_ scope: LiveScope) {
            self.scope = scope
        }

        /// The tables that each call told of; `gap` and `drain` by these names.
        var heard: [[String]] { calls.withLock { $0 } }

        func hear(_ notices: [ChangeNotice]) {
            calls.withLock { $0.append(notices.flatMap { $0.tables.map(\.text) }) }
        }
        func grantsChanged() { calls.withLock { $0.append(["grants"]) } }
        func mayHaveMissed() { calls.withLock { $0.append(["gap"]) } }
        func drain() { calls.withLock { $0.append(["drain"]) } }
    }

    static func hub() -> LiveHub { LiveHub(metrics: LiveMetrics(factory: NOOPMetricsHandler.instance)) }

    static func notice(
        _ table: String, by author: String = "anna", client: String? = nil, app: String = "todo", space: String? = nil
    ) throws -> ChangeNotice {
        ChangeNotice(
            author: UserID(author), client: client.map { ClientID($0) }, app: try #require(AppID(app)),
            space: space.map { SpaceID($0) }, tables: [TableName(table)])
    }

    static func scope(
        _ user: String = "anna", client: String? = nil, app: String? = nil, tables: [String]? = nil,
        spaces: [String] = []
    ) -> LiveScope {
        LiveScope(
            user: UserID(user), client: client.map { ClientID($0) }, app: app.flatMap { AppID($0) },
            tables: tables.map { Set($0.map { TableName($0) }) }, spaces: Set(spaces.map { SpaceID($0) }))
    }

    static let scopes: [(LiveScope, String)] = [
        (scope(), "a own other-app space"), (scope(client: "phone"), "a other-app space"),
        (scope(client: "Phone"), "a own other-app space"), (scope(app: "todo"), "a own space"),
        (scope(tables: ["a", "space"]), "a space"), (scope(tables: []), ""), (scope("bert"), ""),
        (scope("bert", spaces: ["family"]), "space"), (scope("bert", spaces: ["work"]), ""),
        (scope("bert", client: "phone", spaces: ["family"]), "space"),
        (scope(spaces: ["family", "work"]), "a own other-app space"),
    ]

    @Test("tells each listener what its scope hears, each notice once", arguments: scopes)
    func audience(scope: LiveScope, heard: String) throws {
        let (hub, listener) = (Self.hub(), Listener(scope))
        _ = hub.add(listener, on: nil)
        for notice in [
            try Self.notice("a"), try Self.notice("own", client: "phone"), try Self.notice("other-app", app: "x"),
            try Self.notice("space", client: nil, space: "family"),
        ] {
            hub.tell(.committed([notice]))
        }
        #expect(listener.heard == heard.split(separator: " ").map { [String($0)] })
    }

    @Test("tells a listener of many notices in one call")
    func merged() throws {
        let (hub, listener, other) = (
            Self.hub(), Listener(Self.scope(spaces: ["family"])), Listener(Self.scope("bert"))
        )
        for listener in [listener, other] { _ = hub.add(listener, on: nil) }
        hub.tell(
            .committed([
                try Self.notice("a"), try Self.notice("b", space: "family"),
                try Self.notice("c", by: "carla", space: "family"), try Self.notice("d", by: "carla"),
            ]))
        #expect(listener.heard == [["a", "b", "c"]])
        #expect(other.heard == [])
    }

    @Test("goes to an event loop once for all its listeners, and only if there is one of the audience")
    func hops() throws {
        let hub = Self.hub()
        let loops = [EmbeddedEventLoop(), EmbeddedEventLoop()]
        let annas = (0..<3).map { _ in Listener(Self.scope()) }
        let bert = Listener(Self.scope("bert"))
        for anna in annas { _ = hub.add(anna, on: loops[0]) }
        _ = hub.add(bert, on: loops[1])
        hub.tell(.committed([try Self.notice("a"), try Self.notice("b")]))
        #expect(annas.allSatisfy { $0.heard.isEmpty })
        for loop in loops { loop.run() }
        #expect(annas.allSatisfy { $0.heard == [["a", "b"]] })
        #expect(bert.heard.isEmpty)
    }

    @Test("tells a large audience in parts, each listener once, and lets others have their turn between them")
    func parts() throws {
        let hub = Self.hub()
        let loop = EmbeddedEventLoop()
        let listeners = (0..<1000).map { _ in Listener(Self.scope()) }
        for listener in listeners { _ = hub.add(listener, on: loop) }
        hub.tell(.committed([try Self.notice("a")]))
        let toldAtTurn = Mutex(0)
        loop.execute { toldAtTurn.withLock { $0 = listeners.count { !$0.heard.isEmpty } } }
        loop.run()
        #expect((1..<1000).contains(toldAtTurn.withLock { $0 }))
        #expect(listeners.allSatisfy { $0.heard == [["a"]] })
    }

    @Test("forgets who leaves, and nobody else")
    func leaving() throws {
        let hub = Self.hub()
        let listeners = (0..<4).map { _ in Listener(Self.scope(spaces: ["family"])) }
        let registrations = listeners.map { hub.add($0, on: nil) }
        for leaving in [1, 0, 3, 2] {
            registrations[leaving].cancel()
            registrations[leaving].cancel()
            hub.tell(.committed([try Self.notice("\(leaving)")]))
        }
        #expect(listeners.map { $0.heard.flatMap(\.self) } == [["1"], [], ["1", "0", "3"], ["1", "0"]])
    }

    @Test("tells everyone once of a gap and of the drain, and who comes later of the drain")
    func everyone() throws {
        let hub = Self.hub()
        let loop = EmbeddedEventLoop()
        let listeners = [Listener(Self.scope(spaces: ["family"])), Listener(Self.scope("bert"))]
        _ = hub.add(listeners[0], on: nil)
        _ = hub.add(listeners[1], on: loop)
        hub.tell(.gap)
        hub.drain()
        loop.run()
        let late = Listener(Self.scope())
        _ = hub.add(late, on: nil)
        #expect(listeners.allSatisfy { $0.heard == [["gap"], ["drain"]] })
        #expect(late.heard == [["drain"]])
        #expect(hub.isDraining)
    }
}
