public import HummingbirdCore
public import Logging
public import NIOCore
import ServiceLifecycle

struct HTTPFront: Service {
    init(config: ServerConfig, logger: Logger, respond: @escaping @Sendable (Request, ConnectionInfo) async -> Response)
    {}
    func run() async throws {}
    func boundPort() async throws -> Int { 0 }
    var openConnections: Int { 0 }
}
extension Request { public func collectBody(limit: Int) async throws -> ByteBuffer { ByteBuffer() } }
public enum ServerLog {
    public static func handler(label: String, config: LogConfig) -> any LogHandler {
        StreamLogHandler.standardError(label: label)
    }
}
