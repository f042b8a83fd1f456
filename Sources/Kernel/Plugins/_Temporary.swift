public import HTTPTypes
public import HummingbirdCore

public struct ConnectionInfo: Sendable {
    public let remoteAddress: String; public init(remoteAddress: String) { self.remoteAddress = remoteAddress }
}
public struct Problem: Error, Sendable {
    public let status: HTTPResponse.Status
    public let code: String
    public static let notFound = Problem(status: .notFound, code: "not_found")
    static let malformedTarget = Problem(status: .badRequest, code: "malformed_target")
    static let pluginUnavailable = Problem(status: .serviceUnavailable, code: "unavailable")
    public static func methodNotAllowed(allow: [String]) -> Problem {
        Problem(status: .methodNotAllowed, code: "method_not_allowed")
    }
    public static func from(_ error: any Error) -> Problem {
        (error as? Problem) ?? Problem(status: .internalServerError, code: "internal_error")
    }
    public func response(requestID: String) -> Response { Response(status: status) }
}
enum RequestID { static func of(_ request: Request) -> String { "x" } }
import Logging
import ServiceLifecycle
struct HTTPFront: Service {
    init(config: ServerConfig, logger: Logger, respond: @escaping @Sendable (Request, ConnectionInfo) async -> Response) {}
    func run() async throws {}
    func boundPort() async throws -> Int { 0 }
    var openConnections: Int { 0 }
}
public protocol ProblemConvertible: Error { var problem: Problem { get } }
extension Problem {
    public init(status: HTTPResponse.Status, code: String, title: String, detail: String) { self.init(status: status, code: code) }
    public static func unavailable(code: String, detail: String, retryAfter: Int) -> Problem { .init(status: .serviceUnavailable, code: code) }
    public static var internalError: Problem { .init(status: .internalServerError, code: "internal_error") }
}
public import NIOCore
extension Request { public func collectBody(limit: Int) async throws -> ByteBuffer { ByteBuffer() } }
