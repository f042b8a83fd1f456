import JSONScanner
public import Kernel
import NIOCore

/// What somebody wants a development token to say.
public struct TokenWish: Hashable, Sendable {
    /// `sub`.
    public var subject: String
    /// `email`.
    public var email: String?
    /// `role`.
    public var role: String?

    /// A wish of its parts.
    ///
    /// - Throws: A 400 problem where no token could say it.
    public init(subject: String, email: String? = nil, role: String? = nil) throws(Problem) {
        guard Principal.isValid(userID: subject) else {
            throw TokenWish.problem("'sub' must be 1 to 128 of A-Z a-z 0-9 . _ : @ | -")
        }
        self.subject = subject
        self.email = email
        self.role = role
    }

    /// Reads `{"sub":"alice","email":…,"role":…}`, where null is as good as nothing; other members are ignored.
    init(json: ByteBuffer) throws(Problem) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: Array(json.readableBytesView))
        } catch {
            throw TokenWish.notAnObject
        }
        guard document.members != nil else { throw TokenWish.notAnObject }
        guard let subject = try TokenWish.string("sub", of: document) else {
            throw TokenWish.problem("'sub' must be a string.")
        }
        try self.init(
            subject: subject, email: TokenWish.string("email", of: document),
            role: TokenWish.string("role", of: document))
    }

    private static func string(_ name: String, of document: JSONValue) throws(Problem) -> String? {
        switch document[name] {
        case nil, .null: nil
        case .string(let text): text
        default: throw problem("'\(name)' must be a string.")
        }
    }

    private static let notAnObject = problem("The body must be a JSON object such as {\"sub\":\"alice\"}.")

    private static func problem(_ detail: String) -> Problem {
        Problem(status: 400, code: "invalid_token_request", detail: detail)
    }
}
