import Crypto
public import Kernel
import NIOCore

/// Who signs requests to an S3-compatible service.
public struct S3Credentials: Sendable {
    /// The access key's id, which is no secret.
    public var accessKeyID: String
    /// The secret access key.
    public var secretAccessKey: Secret
    /// The token of temporary credentials.
    public var sessionToken: Secret?

    /// Credentials of their parts.
    public init(accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

/// AWS Signature Version 4 in the form that S3 takes: the path signed as it is sent, the body by its SHA-256
/// (Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header").
struct SignatureV4: Sendable {
    let credentials: S3Credentials
    let region: String

    /// The header fields that a request is sent with: those that it has, `host`, and those of the signature.
    func fields(for request: S3Request, at time: UnixTime) -> [(name: String, value: String)] {
        let stamp = Self.stamp(of: time)
        let payload = request.body.withUnsafeReadableBytes { Self.hexadecimal(SHA256.hash(data: $0)) }
        var fields = request.headers
        fields.append(("host", request.host))
        fields.append(("x-amz-content-sha256", payload))
        fields.append(("x-amz-date", stamp))
        if let token = credentials.sessionToken { fields.append(("x-amz-security-token", token.reveal)) }
        fields.sort { $0.name < $1.name }
        let names = fields.map(\.name).joined(separator: ";")
        let canonical = [
            request.method, request.path, request.queryText,
            fields.map { "\($0.name):\(Self.trimmed($0.value))\n" }.joined(), names, payload,
        ].joined(separator: "\n")
        let scope = "\(stamp.prefix(8))/\(region)/s3/aws4_request"
        let text = [
            "AWS4-HMAC-SHA256", stamp, scope, Self.hexadecimal(SHA256.hash(data: Array(canonical.utf8))),
        ].joined(separator: "\n")
        let signature = Self.hexadecimal(Self.code(of: text, under: key(on: String(stamp.prefix(8)))))
        fields.append(
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
            ))
        return fields
    }

    /// The key of a day, a region and the service.
    private func key(on day: String) -> SymmetricKey {
        var key = SymmetricKey(data: Array("AWS4\(credentials.secretAccessKey.reveal)".utf8))
        for part in [day, region, "s3", "aws4_request"] { key = SymmetricKey(data: Self.code(of: part, under: key)) }
        return key
    }

    private static func code(of text: String, under key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
    }

    /// `20260131T235959Z`.
    private static func stamp(of time: UnixTime) -> String {
        time.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    /// Without spaces around it, and with one for each run of them.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
