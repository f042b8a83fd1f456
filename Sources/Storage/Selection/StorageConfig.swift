public import Kernel

/// The section `storage`: where the change log is (spec: operations.md, "Keys of the config file").
public struct StorageConfig: ConfigSection {
    /// The engines.
    public enum Engine: String, Codable, CaseIterable, Sendable {
        /// SQLite, embedded: a file.
        case sqlite
    }

    /// What a commit waits for; see ``SQLite/synchronous``.
    public enum Synchronous: String, Codable, CaseIterable, Sendable {
        /// The disk.
        case full
        /// The operating system.
        case normal
    }

    /// The section `storage.sqlite`.
    public struct SQLite: Codable, Sendable {
        /// The database file.
        public var path = "data/mana-sync.db"
        /// `full`: an acknowledged push survives power loss. `normal`: it survives a crash of the server, not of the machine.
        public var synchronous = Synchronous.full
        /// How many pages are read at the same time.
        public var readers = 4
        /// How many pushes may wait for the writer before new ones are answered 503.
        public var maxQueuedPushes = 1024

        /// The defaults.
        public init() {}
    }

    /// The engine.
    public var engine = Engine.sqlite
    /// Whether `serve` brings the database's tables up to date. If not, `mana-sync db migrate` has to.
    public var migrate = true
    /// The embedded engine.
    public var sqlite = SQLite()

    /// The defaults.
    public init() {}

    /// DATABASE_URL, `sqlite:path`.
    public static var environment: [EnvironmentBinding] {
        [
            EnvironmentBinding("DATABASE_URL") { (url: String) throws(ConfigValueError) in
                guard url.hasPrefix("sqlite:"), url.count > "sqlite:".count else {
                    throw ConfigValueError("must be sqlite:PATH; this version of the server has no other engine")
                }
                return [
                    ("storage.engine", .scalar("sqlite")),
                    ("storage.sqlite.path", .scalar(String(url.dropFirst("sqlite:".count)))),
                ]
            }
        ]
    }

    public func validate(_ check: inout ConfigCheck) {
        check.require(!sqlite.path.isEmpty, "sqlite.path", "must not be empty")
        check.require((1...64).contains(sqlite.readers), "sqlite.readers", "must be from 1 to 64")
        check.require(
            (1...100_000).contains(sqlite.maxQueuedPushes), "sqlite.maxQueuedPushes", "must be from 1 to 100000")
    }
}
