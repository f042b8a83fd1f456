import PostgresClient

/// How a PostgreSQL store reaches its database and what it may use.
public struct PostgresStoreConfig: Sendable {
    /// Whose wall clock the change clock follows.
    package enum WallClock: Sendable {
        /// The database's: one for all servers that share it, so that none with a clock of its own drives it ahead.
        case database
        /// The server's time source: for tests that set it.
        case server
    }

    /// Where the database is: `postgres://user@host:5432/database?sslmode=verify-full`, with any parameter of libpq.
    public var url: String
    /// A file whose first line is the password; nil where the URL or libpq's password file has it.
    public var passwordFile: String?
    /// Where to listen for other servers' notices, if not at ``url``: past a pooler, which would not pass them on.
    public var listenURL: String?
    /// How many connections may be open; at least 2, one more listens.
    public var maxConnections: Int
    /// How long a request waits for a connection, and how long an outage of the database is waited through before all are answered at once.
    public var maxWait: Duration
    /// Whether statements are prepared; false for PgBouncer before 1.21 in transaction mode.
    public var preparesStatements: Bool
    /// Whether the server may work as a superuser where there is no restricted role.
    public var allowSuperuser: Bool
    /// Whether ``PostgresStore/start()`` applies pending migrations. If not, it throws `needsMigration` where there are any.
    public var migrate: Bool
    /// How many pushes and reads may be under way in all, waiting ones included; those beyond get `overloaded`.
    public var maxOperations: Int

    /// What is wrong with a database's URL, as the end of a sentence that repeats nothing of it; nil where nothing is that shows before
    /// somebody connects.
    public static func fault(inURL url: String) -> String? { PostgresConfiguration.fault(inURL: url) }

    package var wallClock = WallClock.database

    /// A configuration of its parts.
    public init(
        url: String, passwordFile: String? = nil, listenURL: String? = nil, maxConnections: Int = 8,
        maxWait: Duration = .seconds(5), preparesStatements: Bool = true, allowSuperuser: Bool = false,
        migrate: Bool = true, maxOperations: Int = 4096
    ) {
        self.url = url
        self.passwordFile = passwordFile
        self.listenURL = listenURL
        self.maxConnections = maxConnections
        self.maxWait = maxWait
        self.preparesStatements = preparesStatements
        self.allowSuperuser = allowSuperuser
        self.migrate = migrate
        self.maxOperations = maxOperations
    }
}
