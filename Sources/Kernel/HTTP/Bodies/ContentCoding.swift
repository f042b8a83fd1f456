import HTTPTypes

/// How a request's body is coded (RFC 9110 section 8.4).
enum ContentCoding {
    case identity
    case gzip

    /// - Throws: ``Problem/unsupportedEncoding`` for any other coding, and for several.
    init(of fields: HTTPFields) throws(Problem) {
        switch fields[.contentEncoding]?.lowercased() {
        case nil, "identity": self = .identity
        case "gzip", "x-gzip": self = .gzip
        default: throw .unsupportedEncoding
        }
    }
}
