/// Keeps the tables of plugins in the database of the change log, whichever engine that is (spec: storage.md, "What is stored"; decision 14).
///
/// ```swift
/// static let manifest = PluginManifest(id: "visits", summary: "…", needs: [.required(.pluginStorage)])
///
/// init(config: NoConfig, dependencies: Dependencies) throws {
///     tables = try dependencies.require(.pluginStorage).tables(
///         PluginSchema(owner: "visits", migrations: [
///             PluginMigration(
///                 "0001-visits",
///                 sqlite: "CREATE TABLE sync_visits_days (day TEXT PRIMARY KEY, visits INTEGER NOT NULL) STRICT",
///                 postgres: ["CREATE TABLE sync_visits_days (day text PRIMARY KEY, visits bigint NOT NULL)"])
///         ]))
/// }
///
/// let rows = try await tables.run(
///     PluginStatement("SELECT visits FROM sync_visits_days WHERE day = $1", .text("2026-01-31")))
/// ```
public protocol PluginStorage: Sendable {
    /// Declares an owner's tables, while its plugin is made; reads and writes nothing yet.
    ///
    /// They are brought up to date when storage starts, which is before the plugins that need it, together with storage's own: in one transaction,
    /// under the same lock, and by the same rules (`storage.migrate`, `db status`, `db migrate`).
    func tables(_ schema: PluginSchema) -> any PluginTables
}

/// What an owner's tables are, as steps that lead there.
public struct PluginSchema: Sendable {
    /// The plugin's id. The names of its tables and indexes begin with `sync_OWNER_`: the database may have tables of others, and on PostgreSQL
    /// the server is granted what begins so.
    public let owner: String
    /// The steps, in order. One that was released is never changed, only followed by another.
    public let migrations: [PluginMigration]

    /// A schema of its parts.
    public init(owner: String, migrations: [PluginMigration]) {
        self.owner = owner
        self.migrations = migrations
    }
}

/// One step of a schema, in the language of each engine.
public struct PluginMigration: Sendable {
    /// What tells it from the owner's others: `0001-audit`.
    public let name: String
    /// Statements of SQLite, each ended by a semicolon.
    public let sqlite: String
    /// Statements of PostgreSQL, one each.
    public let postgres: [String]

    /// A step of its parts.
    public init(_ name: String, sqlite: String, postgres: [String]) {
        self.name = name
        self.sqlite = sqlite
        self.postgres = postgres
    }
}
