import HummingbirdCore
import Kernel
import Logging
import NIOCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The kernel's front with one plugin, which sends back every message: what the conformance suite of `Scripts/autobahn` talks to.
///
/// EchoServer PORT. It prints a line once it listens, and ends with SIGKILL or SIGTERM.
@main
enum EchoServer {
    static func main() async throws {
        let port = CommandLine.arguments.dropFirst().first ?? "9001"
        let catalog = PluginCatalog([EchoPlugin.self])
        let yaml = """
            server: {host: 127.0.0.1, port: \(port)}
            auth: {jwksURL: "http://127.0.0.1:1/jwks"}
            plugins: {echo: {enabled: true}}
            """
        let configuration = try Configuration.load(catalog.schema, file: nil, text: yaml, environment: [:])
        var logger = Logger(label: "echo")
        logger.logLevel = .warning
        let plan = try PlanBuilder(catalog: catalog, logger: logger).plan(configuration)
        try await ServerRuntime(plan: plan, logger: logger) { port in
            print("listening on \(port)")
            fflush(nil)
        }.run()
    }
}

/// Echoes at `/`.
private struct EchoPlugin: Plugin {
    static let manifest = PluginManifest(id: "echo", summary: "sends back what it gets")

    init(config: NoConfig, dependencies: Dependencies) {}

    func register(into registry: inout PluginRegistry) {
        var limits = WebSocketLimits()
        // The suite's largest message has 16 MiB.
        limits.maxMessage = .mebibytes(16)
        limits.maxPending = .mebibytes(64)
        registry.socket(
            SocketRoute("/", access: .open(because: "a test server"), summary: "echo", limits: limits) { _, _ in
                EchoSession()
            })
    }
}

private final class EchoSession: WebSocketSession {
    private let socket = Mutex<WebSocket?>(nil)

    func opened(_ socket: WebSocket) {
        self.socket.withLock { $0 = socket }
    }

    func received(_ message: WebSocketMessage) {
        let socket = socket.withLock { $0 }
        switch message {
        case .text(let text): socket?.send(text: text)
        case .binary(let bytes): socket?.send(binary: bytes)
        }
    }

    func closed() {
        socket.withLock { $0 = nil }
    }
}
