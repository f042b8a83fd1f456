public import Kernel
import PostgresStore

/// The section `storage`: where the change log is (spec: operations.md, "Keys of the config file").
public struct StorageConfig: ConfigSection {
    /// The engines.
    public enum Engine: String, Codable, CaseIterable, Sendable {
        /// SQLite, embedded: a file.
        case sqlite
        /// A PostgreSQL database, which several servers may share.
        case postgres
    }

    /// Whether statements are prepared; see ``Postgres/preparedStatements``.
    public enum PreparedStatements: String, Codable, CaseIterable, Sendable {
        /// Once a connection.
        case auto
        /// Never.
        case off
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

    /// The section `storage.postgres`.
    public struct Postgres: Codable, Sendable {
        /// Where the database is: `postgres://user@host:5432/database?sslmode=verify-full`, with any parameter of libpq.
        public var url: String?
        /// A file whose first line is the password. Without it the URL has it, or the file that PGPASSFILE names.
        public var passwordFile: String?
        /// How many connections the server opens; one more listens.
        public var maxConnections = 8
        /// How long a request waits for a connection. In an outage of the database all wait as long from its beginning; later they are answered 503 at once.
        public var maxWait: Duration = .seconds(5)
        /// Whether the server may work as a superuser where there is no restricted role for it.
        public var allowSuperuser = false
        /// `off` for PgBouncer before 1.21 in transaction mode.
        public var preparedStatements = PreparedStatements.auto
        /// Where to listen for other servers' notices, if not at `url`: past a pooler, which does not pass them on.
        public var listenURL: String?

        /// The defaults.
        public init() {}
    }

    /// The engine.
    public var engine = Engine.sqlite
    /// Whether `serve` brings the database's tables up to date. If not, `mana-sync db migrate` has to.
    public var migrate = true
    /// The embedded engine.
    public var sqlite = SQLite()
    /// The shared database.
    public var postgres = Postgres()

    /// The defaults.
    public init() {}

    /// DATABASE_URL, `sqlite:path` or `postgres://…`.
    public static var environment: [EnvironmentBinding] {
        [
            EnvironmentBinding("DATABASE_URL") { (url: String) throws(ConfigValueError) in
                if isPostgres(url) {
                    return [
                        ("storage.engine", .scalar("postgres")), ("storage.postgres.url", .scalar(url)),
                    ]
                }
                guard url.hasPrefix("sqlite:"), url.count > "sqlite:".count else {
                    throw ConfigValueError("must be sqlite:PATH or postgres://USER@HOST/DATABASE")
                }
                return [
                    ("storage.engine", .scalar("sqlite")),
                    ("storage.sqlite.path", .scalar(String(url.dropFirst("sqlite:".count)))),
                ]
            }
        ]
    }

    private static func isPostgres(_ url: String) -> Bool {
        url.hasPrefix("postgres://") || url.hasPrefix("postgresql://")
    }

    public func validate(_ check: inout ConfigCheck) {
        check.require(!sqlite.path.isEmpty, "sqlite.path", "must not be empty")
        check.require((1...64).contains(sqlite.readers), "sqlite.readers", "must be from 1 to 64")
        check.require(
            (1...100_000).contains(sqlite.maxQueuedPushes), "sqlite.maxQueuedPushes", "must be from 1 to 100000")
        check.require((2...1000).contains(postgres.maxConnections), "postgres.maxConnections", "must be from 2 to 1000")
        check.require(
            (.milliseconds(100) ... .seconds(60)).contains(postgres.maxWait), "postgres.maxWait",
            "must be from 100ms to 60s")
        for (key, url) in [("postgres.url", postgres.url), ("postgres.listenURL", postgres.listenURL)] {
            guard let url else { continue }
            guard Self.isPostgres(url) else {
                check.require(false, key, "must begin with postgres:// or postgresql://")
                continue
            }
            if let fault = PostgresStoreConfig.fault(inURL: url) { check.require(false, key, fault) }
        }
        check.require(
            engine != .postgres || postgres.url != nil, "postgres.url", "must say where the database is (DATABASE_URL)")
    }
}
