import Domain
import HTTPTypes
import HummingbirdCore
import Kernel
import NIOCore

extension RequestContext {
    /// The app that the path names.
    func appID() throws(Problem) -> AppID {
        guard let app = AppID(parameters["appId"]) else {
            throw Problem(
                status: 400, code: "invalid_app",
                detail: "An app's name is 1 to 64 of A-Z a-z 0-9 . _ - and neither . nor ..")
        }
        return app
    }
}

extension Request {
    /// The client that the header `X-Client-Id` names; nil where there is none, or it is empty. The rule is that of `clientId` in a body;
    /// U+0000 and lone surrogates cannot stand in a header. Bytes that are no UTF-8 arrive as U+FFFD: different clients
    /// would become one, and each be denied the other's changes, so that character is refused.
    func clientID() throws(Problem) -> ClientID? {
        guard let text = headers[.clientID], !text.isEmpty else { return nil }
        return try ClientID(checking: text, named: "X-Client-Id")
    }
}

extension QueryParameters {
    /// The client that the parameter `clientId` names, by the rule of `X-Client-Id`; nil where there is none, or it is empty.
    func clientID() throws(Problem) -> ClientID? {
        guard let text = value(of: "clientId"), !text.isEmpty else { return nil }
        return try ClientID(checking: text, named: "clientId")
    }
}

extension ClientID {
    fileprivate init(checking text: String, named name: String) throws(Problem) {
        guard text.utf8.count <= longestName else {
            throw .badRequest(code: "invalid_change", detail: "\(name) must have at most \(longestName) bytes.")
        }
        guard !text.unicodeScalars.contains("\u{FFFD}"), !text.utf8.contains(0) else {
            throw .badRequest(code: "invalid_change", detail: "\(name) must be UTF-8, without U+FFFD.")
        }
        self.init(text)
    }
}

extension HTTPField.Name {
    /// `X-Client-Id`.
    static let clientID = HTTPField.Name.known("X-Client-Id")
}

extension Problem {
    static func missing(_ parameter: String) -> Problem {
        Problem(
            status: 400, code: "missing_parameter",
            detail: "The query parameter '\(parameter)' is missing.")
    }

    static var invalidCursor: Problem {
        Problem(
            status: 400, code: "invalid_cursor", detail: "'since' is no RFC 3339 timestamp.")
    }

    static func invalidLimit(most: Int) -> Problem {
        Problem(
            status: 400, code: "invalid_limit",
            detail: "'limit' must be a whole number from 1 to \(most).")
    }
}

extension Response {
    /// 200 with a JSON document.
    static func json(_ document: ByteBuffer) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: document))
    }
}

extension ChangesetError: ProblemConvertible {
    var problem: Problem { .badRequest(code: code.rawValue, detail: detail) }
}
