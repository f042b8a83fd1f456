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
