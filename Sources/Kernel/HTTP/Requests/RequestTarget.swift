import HTTPTypes

/// What a request is for (RFC 9112 section 3.2): a path with its query, and the authority where the target names one.
struct RequestTarget: Equatable {
    let path: String
    let authority: String?

    /// Reads the origin form, the absolute form of http and https, and `*` of OPTIONS.
    init(_ target: String, method: HTTPRequest.Method) throws(Problem) {
        if target.utf8.first == UInt8(ascii: "/") || (target == "*" && method == .options) {
            (path, authority) = (target, nil)
            return
        }
        guard let scheme = ["http://", "https://"].first(where: { target.lowercased().hasPrefix($0) }) else {
            throw .malformed("The request's target is neither a path nor a URL.")
        }
        let rest = target.utf8.dropFirst(scheme.utf8.count)
        let end = rest.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
        let authority = String(rest[..<end]) ?? ""
        guard !authority.isEmpty, Self.isAuthority(authority) else {
            throw .malformed("The request's target names no host.")
        }
        let path = String(rest[end...]) ?? ""
        self.path = path.utf8.first == UInt8(ascii: "/") ? path : "/" + path
        self.authority = authority
    }

    /// Whether `text` consists of what a host and port may have (RFC 3986 section 3.2); user information is not among it.
    static func isAuthority(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: "-._~!$&'()*+;=%:[]".utf8.contains(byte)
            }
        }
    }
}
