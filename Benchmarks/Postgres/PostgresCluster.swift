import Foundation

/// A PostgreSQL server of the benchmark's own on the disk that is measured: what is acknowledged has reached it.
///
/// Memory and the distance of checkpoints are those of a small dedicated machine; the rest is as PostgreSQL comes.
struct PostgresCluster {
    /// The login of server and pgbench: a superuser, as container databases hand out.
    static let login = "bench"

    private let port: Int
    private let programs: PostgresPrograms
    private let process: LaunchedProcess

    /// Makes a cluster in a folder and starts it.
    init(in folder: URL, programs: PostgresPrograms) throws {
        self.programs = programs
        port = try BlockingClient.freePort()
        let data = folder.appendingPathComponent("data")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        try programs.giveAway(data)
        _ = try programs.run(
            "initdb",
            [
                "--pgdata", data.path, "--username", Self.login, "--auth", "trust", "--encoding", "UTF8", "--no-locale",
            ])
        let settings = [
            "listen_addresses=127.0.0.1", "port=\(port)", "unix_socket_directories=", "fsync=on",
            "synchronous_commit=on", "shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=30min",
            "max_connections=100",
        ]
        let line = programs.command("postgres", ["-D", data.path] + settings.flatMap { ["-c", $0] })
        process = try LaunchedProcess(line[0], Array(line.dropFirst()), folder: folder, cores: Self.allCores)
        try awaitConnections()
    }

    /// Database and server share all cores, as they do on one machine; only the load has cores of its own.
    static let allCores = "0-\(sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1)"

    /// Where a database is.
    func url(_ database: String) -> String { "postgres://\(Self.login)@127.0.0.1:\(port)/\(database)" }

    /// Makes a new database.
    func create(_ database: String) throws {
        try query("CREATE DATABASE \(database)", in: "postgres")
    }

    /// Removes a database that nobody uses.
    func drop(_ database: String) throws {
        try query("DROP DATABASE \(database)", in: "postgres")
    }

    /// Runs a statement as the superuser, whom row-level security does not bind, and gives its rows, one a line.
    @discardableResult
    func query(_ statement: String, in database: String) throws -> [String] {
        let printed = try programs.run(
            "psql", ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", url(database), "-c", statement])
        return printed.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// Runs pgbench on a database, in sessions with these settings.
    func pgbench(_ arguments: [String], settings: [String], in database: String) throws -> String {
        let options = settings.map { "-c \($0)" }.joined(separator: " ")
        return try programs.run("pgbench", arguments + [url(database)], settings: options)
    }

    /// Seconds of processor time since its start, of all of its processes, those that have ended included.
    func processorSeconds() throws -> Double {
        let own = process.pid
        let children = try String(contentsOfFile: "/proc/\(own)/task/\(own)/children", encoding: .utf8)
            .split(separator: " ").compactMap { Int32($0) }
        // A child that has just ended is counted with its parent.
        let living = children.compactMap { try? ProcessFigures(of: $0).processorSeconds }
        return try living.reduce(ProcessFigures.processorSecondsWithChildren(of: own), +)
    }

    /// Ends it.
    func stop() { process.stop() }

    private func awaitConnections() throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline, process.isRunning {
            // A failure means: not yet.
            if (try? query("SELECT 1", in: "postgres")) != nil { return }
            usleep(20_000)
        }
        let said = process.lastLines
        process.stop()
        throw BenchmarkError("PostgreSQL did not start; it said:\n\(said)")
    }
}
