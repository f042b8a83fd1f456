import HTTPTypes
import HummingbirdCore
import KernelTesting
import Testing

@testable import Kernel

private enum Chained: PluginScript {
    static let id = "chained"
    static func declare(into registry: inout PluginRegistry) {
        for phase in Gate.Phase.allCases {
            registry.gate(.plain("\(phase)", phase, .allRoutes, [.independentOfAll]))
            registry.gate(.plain("own \(phase)", phase, .ownRoutes, [.independentOfAll]))
        }
        registry.route(.plain("/chained/{name}"))
        registry.route(.plain("/chained", .post))
        registry.route(
            Route(.get, "/fails/{how}", access: .open(because: "a test"), summary: "fails") { _, context in
                switch context.parameters["how"] {
                case "problem": throw Problem(status: 409, code: "conflict", detail: "Twice.")
                case "unknown": throw Problem(status: 501, code: "unknown_method", detail: "No such method.")
                case "cancelled": throw CancellationError()
                case "nameless": _ = try context.requirePrincipal()
                default: throw Mishap("secret detail")
                }
                return Response(status: .ok)
            })
        registry.route(
            Route(.get, "/echo/{one}/{two}", access: .open(because: "a test"), summary: "echoes") { _, context in
                Journal.note("\(context.parameters["one"])|\(context.parameters["two"])|\(context.parameters["none"])")
                return Response(status: .noContent)
            })
    }
}

private enum Refusing: PluginScript {
    static let id = "refusing"
    static func declare(into registry: inout PluginRegistry) {
        registry.gate(
            Gate("always", phase: .limit, target: .allRoutes) { _, _, _ in
                throw Problem.tooManyRequests(retryAfter: .seconds(3))
            })
    }
}

@Suite("The way of a request")
struct ChainTests {
    @Test("leads through the phases in order to the handler")
    func phases() async throws {
        let passes = try await Self.passes(.get, "/chained/x")
        let phases = passes.filter { !$0.hasPrefix("pass own") }.map { String($0.dropFirst(5)) }
        #expect(phases == ["observe", "limit", "authenticate", "authorize", "gate", "transform"])
        #expect(passes.count == 12)
    }

    @Test(
        "runs the gates before all routes of the phases observe and limit where no route takes it",
        arguments: [
            (HTTPRequest.Method.get, "/nowhere", 404), (.get, "/chained", 405), (.delete, "/chained/x", 405),
            (.get, "/chained/%zz", 400), (.get, "chained", 400),
        ])
    func unrouted(_ method: HTTPRequest.Method, _ path: String, _ status: Int) async throws {
        #expect(try await Self.passes(method, path, expecting: status) == ["pass observe", "pass limit"])
    }

    @Test("ends with a limit also where no route takes it")
    func limited() async throws {
        try await Planning.harness([Scripted<Refusing>.self]).run { server in
            try await server.expect(.get, "/nowhere", .tooManyRequests)
        }
    }

    @Test(
        "answers what handlers throw, tells no details, and logs what is our fault once",
        arguments: [
            ("problem", 409, "conflict", 0), ("error", 500, "internal_error", 1), ("nameless", 401, "missing_token", 0),
            ("unknown", 501, "unknown_method", 0),
        ])
    func errors(_ how: String, _ status: Int, _ code: String, _ logged: Int) async throws {
        let harness = try Planning.harness([Scripted<Chained>.self])
        try await harness.run { server in
            let answer = try await server.send(.get, "/fails/\(how)")
            #expect(answer.status.code == status)
            #expect(answer.body.contains("\"error\":\"\(code)\""))
            #expect(!answer.body.contains("secret"))
        }
        #expect(harness.log.lines.filter { $0.message == "request failed" }.count == logged)
    }

    @Test("names the methods of the path in 405")
    func allow() async throws {
        try await Planning.harness([Scripted<Chained>.self]).run { server in
            #expect(try await server.send(.put, "/chained/x").headers[.allow] == "GET, HEAD")
            try await server.expect(.head, "/chained/x", .ok)
            #expect(try await server.send(.head, "/chained").headers[.allow] == "POST")
        }
    }

    @Test(
        "decodes parameters",
        arguments: [
            ("/echo/a/b", "a|b|"), ("/echo/a%2Fb/%25", "a/b|%|"), ("/echo/a+b/%C3%A4?x=/y/z", "a+b|ä|"),
            ("/echo/%2e%2E/..", "..|..|"),
        ])
    func parameters(_ path: String, _ expected: String) async throws {
        #expect(try await Self.passes(.get, path, expecting: 204).contains(expected))
    }

    @Test("asks for a token where the route demands one, and lets a good one pass")
    func authenticated() async throws {
        let harness = try Planning.harness(
            [Scripted<Metering>.self, TestIssuerPlugin.self], more: "kernel: {unfulfilled: [metered]}")
        try await harness.run { server in
            try await server.expect(.get, "/metered", .unauthorized)
            #expect(try await server.send(.get, "/metered", headers: server.authorization(of: "alice")).status == .ok)
        }
    }

    private static func passes(
        _ method: HTTPRequest.Method, _ path: String, expecting status: Int = 200
    ) async throws -> [String] {
        try await Journal.of {
            try await Planning.harness([Scripted<Chained>.self]).run { server in
                try await server.expect(method, path, .init(code: status))
            }
        }.filter { $0.hasPrefix("pass") || $0.contains("|") }
    }
}
