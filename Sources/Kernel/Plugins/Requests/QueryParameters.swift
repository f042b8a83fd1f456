/// The parameters of a request's query, `?collection=tasks&since=…` (WHATWG URL, application/x-www-form-urlencoded).
public struct QueryParameters: Sendable {
    /// How a `+` in a value is read.
    public enum Plus: Sendable {
        /// As a space, as forms write it.
        case isSpace
        /// As itself: for values that have no spaces and may have a `+`, as timestamps with an offset.
        case isPlus
    }

    private let pairs: [(name: String, value: Substring.UTF8View)]

    /// Reads the query of a request target, `/path?query`. Any text is a query; one without a `?` has no parameters.
    public init(target: String) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            pairs = []
            return
        }
        // By bytes: a combining character after a separator does not hide it.
        pairs = target.utf8[mark...].dropFirst().split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return (PercentEncoding.decodeLeniently(name, plusIsSpace: true), pair.dropFirst(name.count + 1))
        }
    }

    /// The first value of `name`, decoded; nil if there is none. A broken escape stands for itself, and what is no UTF-8 becomes
    /// U+FFFD, so that whoever checks the value refuses it.
    public func value(of name: String, plus: Plus = .isSpace) -> String? {
        guard let pair = pairs.first(where: { $0.name == name }) else { return nil }
        return PercentEncoding.decodeLeniently(pair.value, plusIsSpace: plus == .isSpace)
    }
}
