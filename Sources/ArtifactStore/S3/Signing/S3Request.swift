import NIOCore

/// A request to an S3-compatible service as it is signed and sent.
struct S3Request: Sendable {
    /// The method.
    var method = "GET"
    /// The host with its port, as the header says it.
    var host: String
    /// The path, escaped: `/bucket/key`.
    var path: String
    /// The query's names and values, not escaped. A value may be empty.
    var query: [(name: String, value: String)] = []
    /// Further header fields, with names in lower case. All are signed.
    var headers: [(name: String, value: String)] = []
    /// The body.
    var body = ByteBuffer()

    /// The query as it is sent: escaped and sorted, as it is signed.
    var queryText: String {
        query.map { (S3Escaping.escaped($0.name), S3Escaping.escaped($0.value)) }
            .sorted { $0 < $1 }.map { "\($0)=\($1)" }.joined(separator: "&")
    }
}

/// The escaping of Signature Version 4: all bytes but RFC 3986's unreserved ones.
enum S3Escaping {
    /// A name or value of a query, or with `keeping: "/"` a path.
    static func escaped(_ text: String, keeping kept: Character? = nil) -> String {
        var escaped: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                escaped.append(byte)
            case kept?.asciiValue: escaped.append(byte)
            default: escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
