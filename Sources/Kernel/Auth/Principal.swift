/// Who a verified token speaks for (spec: security.md, "Tokens").
public struct Principal: Hashable, Sendable {
    /// The token's `sub`: 1 to 128 bytes of `[A-Za-z0-9._:@|-]`, neither `.` nor `..`.
    public let userID: String
    /// The token's `email`, as it is.
    public let email: String?
    /// The token's `role`, as it is.
    public let role: String?
    /// The token's `sid`: the session that it was issued to.
    public let sessionID: String?
    /// The instant from which on the token is no longer good, leeway not counted.
    public let expiresAt: UnixTime

    /// A principal as the verifier makes it from a token's claims.
    public init(
        userID: String, email: String? = nil, role: String? = nil, sessionID: String? = nil, expiresAt: UnixTime
    ) {
        self.userID = userID
        self.email = email
        self.role = role
        self.sessionID = sessionID
        self.expiresAt = expiresAt
    }
}

extension Principal {
    /// Whether a text can be a token's `sub` (spec: security.md, "Tokens").
    public static func isValid(userID: String) -> Bool {
        (1...128).contains(userID.utf8.count) && userID != "." && userID != ".."
            && userID.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: punctuation.contains(byte)
                }
            }
    }

    private static let punctuation = [UInt8]("._:@|-".utf8)
}
