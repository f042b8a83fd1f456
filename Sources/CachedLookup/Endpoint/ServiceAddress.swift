/// Where an outside service is: `http://localhost:3061`, `https://auth.example.org/base`.
public struct ServiceAddress: Hashable, Sendable, CustomStringConvertible {
    /// What a text must be, for messages about the configuration.
    public static let rule = "must be an http:// or https:// address without user, query and fragment"

    /// The address without a slash at its end.
    let base: String

    /// Nil unless `text` follows ``rule``. User and password are refused since addresses are logged.
    public init?(_ text: String) {
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return nil }
        let rest = text.utf8.dropFirst(scheme.utf8.count)
        guard let first = rest.first, first != UInt8(ascii: "/"), first != UInt8(ascii: ":"),
            rest.allSatisfy({ (0x21...0x7E).contains($0) && !"?#@\\\"<>^`{|}".utf8.contains($0) })
        else { return nil }
        base = String(text[..<(text.lastIndex { $0 != "/" }.map { text.index(after: $0) } ?? text.endIndex)])
    }

    public var description: String { base }
}
