/// The parameters of a request's query, `?collection=tasks&since=…` (WHATWG URL, application/x-www-form-urlencoded).
public struct QueryParameters: Sendable {
    /// How a `+` in a value is read.
    public enum Plus: Sendable {
        /// As a space, as forms write it.
        case isSpace
        /// As itself: for values that have no spaces and may have a `+`, as timestamps with an offset.
        case isPlus
    }

    private let pairs: [(name: String, value: Substring)]

    /// Reads the query of a request target, `/path?query`. Pairs without a readable name are passed over.
    public init(target: String) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            pairs = []
            return
        }
        pairs = target[target.index(after: mark)...].split(separator: "&").compactMap { pair in
            let name = pair.prefix { $0 != "=" }
            guard let decoded = PercentEncoding.decode(name) else { return nil }
            return (decoded, pair.dropFirst(name.count + 1))
        }
    }

    /// The first value of `name`, decoded; nil if there is none, or its percent-encoding is broken.
    public func value(of name: String, plus: Plus = .isSpace) -> String? {
        guard let pair = pairs.first(where: { $0.name == name }) else { return nil }
        switch plus {
        case .isPlus: return PercentEncoding.decode(pair.value)
        case .isSpace:
            guard pair.value.utf8.contains(UInt8(ascii: "+")) else { return PercentEncoding.decode(pair.value) }
            return PercentEncoding.decode(Substring(String(pair.value.map { $0 == "+" ? " " : $0 })))
        }
    }
}
