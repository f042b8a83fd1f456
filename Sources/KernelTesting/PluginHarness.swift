public import HTTPTypes
import HummingbirdCore
public import Kernel
import NIOCore

/// A server in the test's process: plugins, a configuration, an in-process client, manual clocks and a log in memory.
///
/// Requests take the way that they take in production, from routing to the last gate; only the socket is left out.
public struct PluginHarness: Sendable {
    /// The plan that runs.
    public let plan: Plan
    /// The clocks.
    public let time: ManualTime
    /// The log.
    public let log: MemoryLog

    /// Plans a server of `plugins` with the configuration file `yaml`. Starts nothing.
    ///
    /// - Throws: `ConfigurationErrors` or `PlanRefusals`, as the server would at its start.
    public init(
        plugins: [any Plugin.Type], yaml: String, environment: [String: String] = [:], time: ManualTime = ManualTime()
    ) throws {
        let catalog = PluginCatalog(plugins)
        let configuration = try Configuration.load(catalog.schema, file: nil, text: yaml, environment: environment)
        log = MemoryLog()
        self.time = time
        plan = try PlanBuilder(catalog: catalog, time: time, logger: log.logger()).plan(configuration)
    }

    /// Starts the plugins, runs `body`, and stops them.
    ///
    /// - Parameter runsBackground: Whether the plugins' background services run meanwhile, those of the kernel too: the refresh of
    ///   keys then sleeps on the harness's clock.
    /// - Throws: ``StartFailure``, or what `body` throws.
    public func run<Result>(
        runsBackground: Bool = false, _ body: (PluginHarness) async throws -> Result
    ) async throws -> Result {
        let started = try await lifecycle.start()
        plan.state.markStarted()
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await run(body, besideBackgroundOf: runsBackground ? started : []))
        } catch {
            result = .failure(error)
        }
        await lifecycle.stop(started)
        return try result.get()
    }

    /// Lets the plugins drain for `grace` at most, as on a shutdown, and returns when all have.
    public func drain(for grace: Duration = .seconds(10)) async {
        await lifecycle.drain(plan.plugins.filter { plan.state.isServing($0.manifest.id) }, until: .now + grace)
    }

    private var lifecycle: PluginLifecycle {
        PluginLifecycle(plan: plan, time: time, logger: log.logger())
    }

    private func run<Result>(
        _ body: (PluginHarness) async throws -> Result, besideBackgroundOf started: [PlannedPlugin]
    ) async throws -> Result {
        async let _ = lifecycle.runBackground(of: started)
        return try await body(self)
    }

    /// Sends one request and collects its answer.
    public func send(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: String = ""
    ) async throws -> Answer {
        var headers = headers
        if !body.isEmpty { headers[.contentLength] = String(body.utf8.count) }
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "localhost", path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
        let response = await plan.responder.respond(to: request, from: ConnectionInfo(remoteAddress: "127.0.0.1"))
        let collector = BodyCollector()
        if method != .head { try await response.body.write(collector) }
        return Answer(status: response.status, headers: response.headers, body: String(buffer: collector.buffer))
    }

    /// An answer, whole.
    public struct Answer: Sendable {
        /// Its status.
        public let status: HTTPResponse.Status
        /// Its headers.
        public let headers: HTTPFields
        /// Its body as text.
        public let body: String
    }
}

/// Takes a response's body.
private final class BodyCollector: ResponseBodyWriter {
    var buffer = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws {
        self.buffer.writeImmutableBuffer(buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
