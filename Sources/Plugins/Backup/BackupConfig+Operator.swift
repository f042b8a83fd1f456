public import Kernel

/// A key by which an operator's tools show who they are: `plugins.backup.apiKeys`.
public struct APIKeyConfig: ConfigSection {
    /// What the audit log calls it.
    public var name = ""
    /// The key, or nil where a file has it.
    public var key: Secret?
    /// A file with the key.
    public var keyFile: String?

    /// No key.
    public init() {}
}

/// An S3-compatible service that keeps the artifacts: `plugins.backup.s3`.
public struct S3Config: Codable, Sendable {
    /// The bucket; without one, artifacts are files of `plugins.backup.directory`.
    public var bucket: String?
    /// The service's address.
    public var endpoint = "https://s3.amazonaws.com"
    /// The region that requests are signed for.
    public var region = "us-east-1"
    /// What stands before every key: empty, or names that each end with a slash.
    public var prefix = ""
    /// Whether the bucket stands in the path, and not in the host's name.
    public var pathStyle = true
    /// The access key's id.
    public var accessKeyID: String?
    /// The secret access key, or nil where a file has it.
    public var secretAccessKey: Secret?
    /// A file with the secret access key.
    public var secretAccessKeyFile: String?

    /// No service.
    public init() {}
}

/// Which scheduled and requested backups are kept: `plugins.backup.retention`.
public struct RetentionConfig: Codable, Sendable {
    /// Whether backups are removed at all.
    public var enabled = true
    /// How many of the newest are kept.
    public var last = 7
    /// Of how many days the newest of each is kept.
    public var daily = 14
    /// Of how many weeks.
    public var weekly = 8
    /// Of how many months.
    public var monthly = 12
    /// The age up to which every backup is kept.
    public var minimumAge: Duration = .seconds(24 * 3600)

    /// The defaults.
    public init() {}
}
