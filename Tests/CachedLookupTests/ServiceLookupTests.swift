import CachedLookup
import HTTPTypes
import Kernel
import KernelTesting
import Testing

/// A plugin that asks a service, and nothing else.
private struct AskingPlugin: Plugin {
    struct Config: ConfigSection {
        var url = ""
        var serviceKey: Secret?
        var serviceKeyFile: String?
    }

    static let manifest = PluginManifest(
        id: "asking", summary: "asks a service", provides: [AnyServiceKey(ServiceKey.answers)])

    private let lookup: ServiceLookup<String>

    init(config: Config, dependencies: Dependencies) throws {
        lookup = try ServiceLookup(
            of: OutsideService(
                name: "weather", section: "plugins.asking", addressKey: "url", path: "/of/{userId}",
                consequence: "nobody knows", meanwhile: "it may rain"),
            at: config.url, key: config.serviceKey, keyFile: config.serviceKeyFile, limits: UserEndpoint.Limits(),
            settings: CachedLookupSettings(), dependencies: dependencies
        ) { endpoint, userID throws(LookupFailure) in
            String(decoding: try await endpoint.answer(about: userID), as: UTF8.self)
        }
    }

    func register(into registry: inout PluginRegistry) {
        registry.provide(.answers, lookup.answers)
        lookup.register(into: &registry)
    }

    func start() async throws { try lookup.start() }

    func stop() async { await lookup.stop() }
}

extension ServiceKey where Value == CachedLookup<String> {
    fileprivate static let answers = ServiceKey("answers")
}

@Suite("A service that a plugin asks")
struct ServiceLookupTests {
    private static func harness(url: String, host: String = "127.0.0.1", section: String = "") throws -> PluginHarness {
        try PluginHarness(
            plugins: [AskingPlugin.self],
            yaml: """
                server: {host: "\(host)"}
                plugins:
                  asking: {enabled: true, url: "\(url)", \(section)}
                """)
    }

    @Test("is asked from the start of its plugin to the stop, with the key")
    func life() async throws {
        try await StandInService.with(.json("sunny")) { weather in
            let harness = try Self.harness(url: weather.url, section: "serviceKey: the-key")
            let answers = try #require(harness.plan.service(.answers))
            #expect(await answers.lookup("early").failure == .closed)
            try await harness.run { _ in
                #expect(await answers.lookup("alice").answer == "sunny")
            }
            #expect(await answers.lookup("late").failure == .closed)
            #expect(weather.requests.map(\.path) == ["/of/alice"])
            #expect(weather.requests.map { $0.headers["x-service-key"] } == ["the-key"])
        }
    }

    @Test("is unhealthy while it does not answer, and readiness does not depend on it")
    func health() async throws {
        try await StandInService.with(.status(500)) { weather in
            try await Self.harness(url: weather.url).run { server async throws in
                let answers = try #require(server.plan.service(.answers))
                for user in ["a", "b", "c"] { _ = await answers.lookup(user) }
                let down = try await server.send(.get, "/health")
                #expect(down.body.contains("does not answer; it may rain"))
                #expect(try await !server.send(.get, "/health/ready").body.contains("weather"))
                weather.answer(.json("sunny"))
                server.time.advance(by: .seconds(60))
                _ = await answers.lookup("a")
                #expect(try await !server.send(.get, "/health").body.contains("it may rain"))
            }
        }
    }

    @Test(
        "is refused with the plan for an address or a key that cannot be",
        arguments: [
            ("nowhere", "127.0.0.1", "", "plugins.asking.url "),
            ("http://a", "0.0.0.0", "", "plugins.asking.serviceKey "),
            ("http://a", "127.0.0.1", "serviceKey: a, serviceKeyFile: b", "plugins.asking has a serviceKey and"),
        ])
    func refusals(url: String, host: String, section: String, message: String) throws {
        let refusals = #expect(throws: PlanRefusals.self) {
            try Self.harness(url: url, host: host, section: section)
        }
        #expect(refusals?.refusals.map { $0.message.hasPrefix(message) } == [true])
    }

    @Test("keeps its plugin from starting where the key's file cannot be read")
    func unreadableKey() async throws {
        let harness = try Self.harness(url: "http://a", section: "serviceKeyFile: /nowhere/key")
        let failure = await #expect(throws: StartFailure.self) { try await harness.run { _ in } }
        #expect(failure?.description.contains("cannot read /nowhere/key") == true)
    }
}
