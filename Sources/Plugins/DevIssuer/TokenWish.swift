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

    /// Reads `{"sub":"alice","email":…,"role":…}`; other members are ignored.
    init(json: ByteBuffer) throws(Problem) {
        guard let document = try? JSONValue(parsing: Array(json.readableBytesView)), document.members != nil else {
            throw TokenWish.problem("The body must be a JSON object such as {\"sub\":\"alice\"}.")
        }
        guard let subject = document["sub"]?.string else { throw TokenWish.problem("'sub' must be a string.") }
        try self.init(subject: subject, email: document["email"]?.string, role: document["role"]?.string)
    }

    private static func problem(_ detail: String) -> Problem {
        Problem(status: 400, code: "invalid_token_request", detail: detail)
    }
}
