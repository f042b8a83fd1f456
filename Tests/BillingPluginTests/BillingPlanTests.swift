import Domain
import Foundation
import HTTPTypes
import Kernel
import KernelTesting
import Testing

@testable import BillingPlugin

@Suite("The plan of a server with billing")
struct BillingPlanTests {
    static let key = "a-key-that-is-long-enough"

    @Test("has the gate before every metered route and leaves none open", arguments: ["", "unfulfilled: [metered]"])
    func routes(kernel: String) throws {
        let plan = try BilledServer.harness(kernel: kernel).plan
        #expect(plan.openTraits.isEmpty)
        for route in plan.routes {
            let isMetered = route.route.access == .requires([.authenticated, .metered])
            #expect(route.chain.contains("billing.subscription") == isMetered)
        }
        #expect(plan.routes.contains { $0.chain.suffix(2) == ["auth.bearer-token", "billing.subscription"] })
    }

    @Test(
        "is refused where others can reach the server with a key that they may know",
        arguments: ["", "serviceKey: dev-service-key", "serviceKey: 0123456789abcde", "serviceKey: \"\""])
    func weakKey(section: String) throws {
        let refusals = #expect(throws: PlanRefusals.self) {
            try BilledServer.harness(host: "0.0.0.0", section: section)
        }
        #expect(refusals?.refusals.map(\.message.isEmpty) == [false])
        #expect(refusals?.description.hasPrefix("plugins.billing.serviceKey ") == true)
        _ = try BilledServer.harness(section: section == "serviceKey: \"\"" ? "" : section)
    }

    @Test("has its key from the file, or from the environment, which wins")
    func keys() async throws {
        try await TemporaryDirectory.with { directory in
            let path = "\(directory)/key"
            try "key-of-the-file\n".write(toFile: path, atomically: true, encoding: .utf8)
            let file = "serviceKeyFile: \"\(path)\""
            let environment = ["MANA_SERVICE_KEY": Self.key]
            for (section, environment, expected) in [
                (file, [:], "key-of-the-file"), (file, environment, Self.key),
                (file, ["MANA_SERVICE_KEY": ""], "key-of-the-file"),
                ("serviceKey: key-of-the-section", environment, Self.key), ("", [:], nil),
            ] {
                try await BilledServer.with(section: section, environment: environment) { server async throws in
                    _ = try await server.pull()
                    #expect(server.credits.requests.map { $0.headers["x-service-key"] } == [expected])
                    #expect(!server.harness.log.lines.contains { "\($0)".contains(Self.key) })
                }
            }
        }
    }

    @Test("is refused with a key and a file for one")
    func both() {
        #expect(throws: PlanRefusals.self) {
            try BilledServer.harness(section: "serviceKey: \(Self.key), serviceKeyFile: f")
        }
    }

    @Test("touches no file; a key that cannot be read stops the start")
    func unreadableKey() async throws {
        let harness = try BilledServer.harness(section: "serviceKeyFile: /nowhere/key")
        let failure = await #expect(throws: StartFailure.self) { try await harness.run { _ in } }
        #expect(failure?.description.contains("plugin 'billing' cannot start: cannot read /nowhere/key") == true)
    }

    @Test("that may start degraded answers 503 on metered routes without its key, and asks nobody")
    func degraded() async throws {
        try await BilledServer.with(section: "serviceKeyFile: /nowhere/key, onFailure: degrade") {
            server async throws in
            #expect(try await server.pull().status == .serviceUnavailable)
            #expect(server.credits.requests.isEmpty)
        }
    }

    @Test("has its address from the environment")
    func address() async throws {
        try await StandInService.with(.json(BilledServer.inactive)) { credits in
            let harness = try BilledServer.harness(environment: ["MANA_CREDITS_URL": credits.url + "/base/"])
            try await harness.run { server async throws in
                _ = try await server.send(.get, "/sync/todo/pull", headers: server.authorization(of: "alice"))
                #expect(credits.requests.map(\.path) == ["/base/api/v1/internal/sync/status/alice"])
            }
        }
    }

    @Test(
        "is refused with values that make no sense",
        arguments: [
            "creditsURL: localhost", "creditsURL: \"http://user:password@a\"", "cacheFor: 0s", "cacheFor: 25h",
            "timeout: 0s", "timeout: 2m", "cachedUsers: 0", "exemptApps: [\"a/b\"]", "exemptApps: [\"..\"]",
            "serviceKeyFile: \"\"", "serviceKeys: [a]",
        ])
    func values(section: String) throws {
        let errors = #expect(throws: ConfigurationErrors.self) { try BilledServer.harness(section: section) }
        #expect(errors?.description.contains("billing") == true)
        #expect(errors?.description.contains("password") != true)
    }

    @Test("bad variables are errors that name them")
    func variables() throws {
        for (name, value) in [("MANA_CREDITS_URL", "nowhere"), ("BILLING_EXEMPT_APPS", "a,,b")] {
            let errors = #expect(throws: ConfigurationErrors.self) {
                try BilledServer.harness(environment: [name: value])
            }
            #expect(errors?.description.contains(name) == true)
        }
    }
}
