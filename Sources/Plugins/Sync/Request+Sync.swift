import Domain
import HTTPTypes
import HummingbirdCore
import Kernel

extension RequestContext {
    /// The app that the path names.
    func appID() throws(Problem) -> AppID {
        guard let app = AppID(parameters["appId"]) else {
            throw Problem(
                status: .badRequest, code: "invalid_app", title: "Invalid app",
                detail: "An app's name is 1 to 64 of A-Z a-z 0-9 . _ - and neither . nor ..")
        }
        return app
    }
}

extension Request {
    /// The client that the header `X-Client-Id` names; nil where there is none, or it is empty.
    func clientID() throws(Problem) -> ClientID? {
        guard let text = headers[.clientID], !text.isEmpty else { return nil }
        guard text.utf8.count <= longestName else {
            throw Problem(
                status: .badRequest, code: "invalid_client", title: "Invalid client id",
                detail: "X-Client-Id has more than \(longestName) bytes.")
        }
        return ClientID(text)
    }
}

extension HTTPField.Name {
    /// `X-Client-Id`.
    static let clientID = HTTPField.Name("X-Client-Id")!
}

extension Problem {
    static func missing(_ parameter: String) -> Problem {
        Problem(
            status: .badRequest, code: "missing_parameter", title: "Missing parameter",
            detail: "The query parameter '\(parameter)' is missing.")
    }

    static var invalidCursor: Problem {
        Problem(
            status: .badRequest, code: "invalid_cursor", title: "Invalid cursor", detail: "'since' is no RFC 3339 timestamp.")
    }

    static func invalidLimit(most: Int) -> Problem {
        Problem(
            status: .badRequest, code: "invalid_limit", title: "Invalid limit",
            detail: "'limit' must be a whole number from 1 to \(most).")
    }
}
