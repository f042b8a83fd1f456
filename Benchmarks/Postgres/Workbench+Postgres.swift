extension Workbench {
    /// Starts a PostgreSQL server, lends it, and ends it, whatever happens.
    func withPostgres<Result>(_ body: (PostgresCluster) throws -> Result) throws -> Result {
        try withFolder("postgres") { folder in
            let cluster = try PostgresCluster(in: folder, programs: PostgresPrograms())
            defer { cluster.stop() }
            return try body(cluster)
        }
    }
}
