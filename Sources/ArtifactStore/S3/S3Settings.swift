import Kernel

/// Where an S3-compatible service keeps the artifacts.
public struct S3Settings: Sendable {
    /// The service's address, `https://s3.eu-central-1.amazonaws.com`, without a path.
    public var endpoint: String
    /// The region that requests are signed for.
    public var region: String
    /// The bucket. It must be there.
    public var bucket: String
    /// What stands before every key: empty, or `backups/`. Of `[A-Za-z0-9._/-]`.
    public var prefix: String
    /// Whether the bucket stands in the path (`https://host/bucket/key`) or in the host's name.
    public var usesPathStyle: Bool
    /// Who signs.
    public var credentials: S3Credentials
    /// How many bytes a part has; S3 takes no part under 5 MiB but the last. Later parts are larger, so that 10,000 of them hold 5 TiB.
    public var partSize = 8 << 20
    /// How often a request is sent at most where the service cannot be reached or answers with a fault of its own.
    public var attempts = 4
    /// How long a request may wait for the service's next bytes.
    public var timeout: Duration = .seconds(60)

    /// Settings of their parts.
    public init(
        endpoint: String, region: String, bucket: String, prefix: String = "", usesPathStyle: Bool = true,
        credentials: S3Credentials
    ) {
        self.endpoint = endpoint
        self.region = region
        self.bucket = bucket
        self.prefix = prefix
        self.usesPathStyle = usesPathStyle
        self.credentials = credentials
    }

    /// What is wrong with the settings, in words for people; nil if nothing is.
    public var fault: String? {
        guard let address = S3Address(self) else {
            return "endpoint must be http://HOST or https://HOST, without a path"
        }
        _ = address
        let isBucket = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        guard (3...63).contains(bucket.utf8.count), bucket.utf8.allSatisfy(isBucket) else {
            return "bucket must be 3 to 63 of a-z 0-9 . -"
        }
        let parts = prefix.split(separator: "/", omittingEmptySubsequences: false)
        guard prefix.isEmpty || prefix.hasSuffix("/") && parts.dropLast().allSatisfy({ ArtifactKey(String($0)) != nil })
        else { return "prefix must be empty, or names of [A-Za-z0-9._-] that each end with /" }
        return region.isEmpty ? "region must not be empty" : nil
    }

    /// How many bytes the part of a number has, counted from 1.
    func size(ofPart number: Int) -> Int {
        partSize << min(10, (number - 1) / 1000)
    }
}

/// Where requests go.
struct S3Address: Sendable {
    let scheme: String
    let host: String
    /// What stands before the prefix in a path: `/`, or `/bucket/`.
    let root: String
    /// The path of the bucket itself.
    let bucketPath: String

    /// Nil where the endpoint is no address.
    init?(_ settings: S3Settings) {
        guard let scheme = ["http://", "https://"].first(where: settings.endpoint.hasPrefix) else { return nil }
        var name = settings.endpoint.dropFirst(scheme.count)
        if name.hasSuffix("/") { name = name.dropLast() }
        let isAllowed = { (byte: UInt8) in
            (0x21...0x7E).contains(byte) && !"/?#@\\\"<>^`{|}%".utf8.contains(byte)
        }
        guard !name.isEmpty, name.utf8.allSatisfy(isAllowed) else { return nil }
        self.scheme = scheme
        host = settings.usesPathStyle ? String(name) : "\(settings.bucket).\(name)"
        root = settings.usesPathStyle ? "/\(settings.bucket)/" : "/"
        bucketPath = settings.usesPathStyle ? "/\(settings.bucket)" : "/"
    }
}
