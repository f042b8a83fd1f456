/// What a plugin says of the outside service that it asks: the words in its configuration, its log and its health.
public struct OutsideService: Hashable, Sendable {
    /// One word: `credits`. In the log and in labels of metrics; with `-service` the name of the health check.
    public var name: String
    /// The section of the plugin that asks, for messages: `plugins.billing`.
    public var section: String
    /// The section's key with the service's address: `creditsURL`.
    public var addressKey: String
    /// The path that tells about one user, with `{userId}` in it.
    public var path: String
    /// What an outage means, for the log: `sync is allowed to those of whom nothing is known`.
    public var consequence: String
    /// The same, shorter, for the health check: `sync is allowed meanwhile`.
    public var meanwhile: String

    /// A service of its words.
    public init(
        name: String, section: String, addressKey: String, path: String, consequence: String, meanwhile: String
    ) {
        self.name = name
        self.section = section
        self.addressKey = addressKey
        self.path = path
        self.consequence = consequence
        self.meanwhile = meanwhile
    }
}
