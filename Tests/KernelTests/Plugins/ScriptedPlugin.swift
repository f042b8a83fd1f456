import HTTPTypes
import HummingbirdCore
import Kernel
import NIOCore
import Synchronization

/// What a plugin of a test is and does; everything but the id has a default.
protocol PluginScript: Sendable {
    static var id: String { get }
    static var needs: [ServiceNeed] { get }
    static var provides: [AnyServiceKey] { get }
    static var traits: [RouteTrait] { get }
    static func make(_ dependencies: Dependencies) throws
    static func declare(into registry: inout PluginRegistry)
    static func start() async throws
    static func drain(until deadline: ContinuousClock.Instant) async
}

extension PluginScript {
    static var needs: [ServiceNeed] { [] }
    static var provides: [AnyServiceKey] { [] }
    static var traits: [RouteTrait] { [] }
    static func make(_ dependencies: Dependencies) throws {}
    static func declare(into registry: inout PluginRegistry) {}
    static func start() async throws {}
    static func drain(until deadline: ContinuousClock.Instant) async {}
}

/// A plugin that follows its script, and writes its life into the test's ``Journal``.
struct Scripted<Script: PluginScript>: Plugin {
    static var manifest: PluginManifest {
        PluginManifest(
            id: Script.id, summary: "of a test", needs: Script.needs, provides: Script.provides, traits: Script.traits)
    }

    init(config: NoConfig, dependencies: Dependencies) throws {
        Journal.note("make \(Script.id)")
        try Script.make(dependencies)
    }

    func register(into registry: inout PluginRegistry) {
        Script.declare(into: &registry)
    }

    func start() async throws {
        Journal.note("start \(Script.id)")
        try await Script.start()
    }

    func drain(until deadline: ContinuousClock.Instant) async {
        Journal.note("drain \(Script.id)")
        await Script.drain(until: deadline)
    }

    func stop() async {
        Journal.note("stop \(Script.id)\(Task.isCancelled ? " cancelled" : "")")
    }
}

/// What happened in a test, in order.
final class Journal: Sendable {
    @TaskLocal static var current: Journal?

    private let stored = Mutex<[String]>([])

    var entries: [String] { stored.withLock { $0 } }

    static func note(_ entry: String) {
        current?.stored.withLock { $0.append(entry) }
    }

    /// Runs `body` with a journal of its own.
    static func of(_ body: () async throws -> Void) async rethrows -> [String] {
        let journal = Journal()
        try await $current.withValue(journal) { try await body() }
        return journal.entries
    }
}

extension Route {
    /// A route that answers with its own title.
    static func plain(
        _ path: String, _ method: HTTPRequest.Method = .get, access: Access = .open(because: "a test")
    ) -> Route {
        Route(method, path, access: access, summary: "of a test") { _, context in
            Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "\(method) \(path)")))
        }
    }
}

extension Gate {
    /// A gate that notes who passes.
    static func plain(_ name: String, _ phase: Phase, _ target: Target, _ relations: [Relation] = []) -> Gate {
        Gate(name, phase: phase, target: target, relations: relations) { request, context, next in
            Journal.note("pass \(name)")
            return try await next(request, context)
        }
    }
}

/// Why something failed on purpose.
struct Mishap: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
