import Foundation
import PostgresFixture

/// A PgBouncer in transaction mode before the server that tests share. It ends with the test process.
struct PgBouncer: Sendable {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: program)
    /// The one that tests share; started by the first that asks.
    static func shared() async throws -> PgBouncer { try await start.value }

    let port: Int

    /// Where a database is through it.
    func url(of database: PostgresDatabase) -> String { "postgres://postgres@127.0.0.1:\(port)/\(database.name)" }

    private static let program = "/usr/sbin/pgbouncer"
    private static let start = Task {
        let server = try await PostgresServer.shared()
        let port = try FreePort.find()
        let folder = FileManager.default.temporaryDirectory.appending(path: "pgbouncer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "pgbouncer.ini")
        let settings = """
            [databases]
            * = host=127.0.0.1 port=\(server.port) user=\(PostgresServer.user) password='\(PostgresServer.password)'
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            max_client_conn = 500
            \(geteuid() == 0 ? "user = postgres" : "")
            """
        try Data(settings.utf8).write(to: file)
        // The shell waits for this process: so the pooler ends also when this process is killed.
        try BackgroundProgram.start([
            "/bin/sh", "-c",
            "'\(program)' -q '\(file.path)' & tail --pid=\(getpid()) -f /dev/null; kill -9 $!; rm -rf '\(folder.path)'",
        ])
        return PgBouncer(port: port)
    }
}
