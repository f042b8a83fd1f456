/// A token as it came, not verified. It never shows itself: whatever prints it prints `<redacted>`.
public struct BearerToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    /// The token of which `text` consists.
    public init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
    }

    /// The token of which `bytes` consist.
    public init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// Always `<redacted>`.
    public var description: String { "<redacted>" }
    /// Always `<redacted>`.
    public var debugDescription: String { description }
    /// Empty, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension BearerToken {
    /// The token in the values of a request's `Authorization` headers (RFC 6750 section 2.1, RFC 9110 section 11.1).
    ///
    /// The scheme `Bearer` counts in any case, one space follows it, and the rest is the token. More than one header is
    /// refused: two readers of the request could take different ones.
    ///
    /// - Throws: ``AuthenticationError`` for no header, several, another scheme, or no token after the scheme.
    public init(authorization values: some Collection<String>) throws(AuthenticationError) {
        guard let value = values.first else { throw .missingToken }
        guard values.count == 1 else { throw .repeatedHeader }
        let scheme = value.utf8.prefix(Self.scheme.count)
        guard scheme.map({ $0 | 0x20 }) == Self.scheme else { throw .missingToken }
        let rest = value.utf8.dropFirst(Self.scheme.count)
        guard rest.first == UInt8(ascii: " "), rest.count > 1 else { throw .missingToken }
        // A second space becomes the token's first byte, which no token has.
        self.init(bytes: rest.dropFirst())
    }

    private static let scheme = [UInt8]("bearer".utf8)
}
