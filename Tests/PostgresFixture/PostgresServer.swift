import Foundation

/// A PostgreSQL server of the tests' own: a fresh cluster in a temporary folder on a free port of 127.0.0.1, with passwords by SCRAM and with TLS.
///
/// It ends by ``stop(_:)``, or with the test process, however that ends.
public final class PostgresServer: Sendable {
    /// How a server is shut down.
    public enum Shutdown: String, Sendable {
        /// Ends all sessions, then itself.
        case fast
        /// Dies on the spot, like after a crash.
        case immediate
    }

    /// The superuser's password.
    public static let password = "a p:w@/rd"
    /// The superuser.
    public static let user = "postgres"

    /// The port it listens on.
    public let port: Int
    private let folder: URL
    private let programs: PostgresPrograms
    private var data: String { folder.appending(path: "data").path }

    /// The server that tests share; started by the first that asks.
    public static func shared() async throws -> PostgresServer { try await sharedStart.value }
    private static let sharedStart = Task { try await PostgresServer() }

    /// Makes a cluster, and starts it.
    ///
    /// - Parameter settings: lines for `postgresql.conf`.
    /// - Throws: `MissingPostgres` where PostgreSQL is not installed.
    public init(settings: [String] = []) async throws {
        programs = try PostgresPrograms.find()
        port = try FreePort.find()
        folder = try programs.makeFolder()
        let passwordFile = folder.appending(path: "password")
        try Data(Self.password.utf8).write(to: passwordFile)
        try programs.giveAway(passwordFile)
        try await programs.run(
            "initdb", "--pgdata", data, "--username", Self.user, "--pwfile", passwordFile.path, "--auth",
            "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync")
        try await programs.makeCertificate(in: data)
        let lines =
            [
                "listen_addresses = '127.0.0.1'", "port = \(port)", "unix_socket_directories = ''", "fsync = off",
                "max_connections = 200", "ssl = on", "log_min_messages = fatal",
            ] + settings
        let configuration = try FileHandle(forWritingTo: URL(filePath: "\(data)/postgresql.conf"))
        try configuration.seekToEnd()
        try configuration.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
        try configuration.close()
        try programs.watch(data: data, folder: folder)
        try await start()
    }

    /// Starts it after ``stop(_:)``, and waits until it takes connections.
    public func start() async throws {
        let log = folder.appending(path: "log").path
        try await programs.run("pg_ctl", "start", "--wait", "--silent", "--pgdata", data, "--log", log)
    }

    /// Stops it, and waits until it is gone.
    public func stop(_ shutdown: Shutdown = .fast) async throws {
        try await programs.run("pg_ctl", "stop", "--wait", "--silent", "--pgdata", data, "--mode", shutdown.rawValue)
    }

    /// Where it is, for `user` with a password that needs no escape in a URL; without a password when nil.
    public func url(
        user: String = PostgresServer.user, password: String? = nil, database: String = "postgres",
        parameters: String = ""
    ) -> String {
        let login = password.map { "\(user):\($0)" } ?? user
        return "postgres://\(login)@127.0.0.1:\(port)/\(database)?\(parameters)"
    }
}
