import Foundation

/// PostgreSQL is not installed where Debian puts it.
public struct MissingPostgres: Error, CustomStringConvertible {
    public let description =
        "There is no PostgreSQL under /usr/lib/postgresql. These tests need one: apt-get install postgresql, or run Scripts/test."
}

/// A program of PostgreSQL's ended with an error.
public struct ProgramFailure: Error, CustomStringConvertible {
    public let description: String
}

/// PostgreSQL's programs, run as a user that is not root, which they refuse.
struct PostgresPrograms: Sendable {
    private let binaries: String
    private static let owner = "postgres"
    private var isRoot: Bool { geteuid() == 0 }

    /// The newest version's.
    static func find() throws -> PostgresPrograms {
        let root = "/usr/lib/postgresql"
        guard FileManager.default.fileExists(atPath: root) else { throw MissingPostgres() }
        let versions = try FileManager.default.contentsOfDirectory(atPath: root).compactMap(Int.init).sorted(by: >)
        for version in versions {
            let binaries = "\(root)/\(version)/bin"
            if FileManager.default.isExecutableFile(atPath: "\(binaries)/postgres") {
                return PostgresPrograms(binaries: binaries)
            }
        }
        throw MissingPostgres()
    }

    /// A fresh folder that the server may use.
    func makeFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "postgres-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try giveAway(folder)
        return folder
    }

    /// Makes the server's user own a file.
    func giveAway(_ file: URL) throws {
        guard isRoot else { return }
        try FileManager.default.setAttributes([.ownerAccountName: Self.owner], ofItemAtPath: file.path)
    }

    /// Runs a program to its end.
    func run(_ program: String, _ arguments: String...) async throws {
        try await finish("\(binaries)/\(program)", arguments)
    }

    /// Makes a key and a certificate for the server.
    func makeCertificate(in data: String) async throws {
        try await finish(
            "/usr/bin/openssl",
            [
                "req", "-new", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "2", "-subj", "/CN=localhost",
                "-keyout", "\(data)/server.key", "-out", "\(data)/server.crt",
            ])
    }

    /// Stops the server and removes its folder when this process has ended, however it ends.
    func watch(data: String, folder: URL) throws {
        let script = """
            tail --pid=\(getpid()) -f /dev/null
            '\(binaries)/pg_ctl' stop --silent --mode immediate --pgdata '\(data)'
            rm -rf '\(folder.path)'
            """
        try BackgroundProgram.start(command("/bin/sh", ["-c", script]))
    }

    private func finish(_ program: String, _ arguments: [String]) async throws {
        let status = try await BackgroundProgram.start(command(program, arguments)).end()
        guard status == 0 else { throw ProgramFailure(description: "\(program) ended with the wait status \(status)") }
    }

    private func command(_ program: String, _ arguments: [String]) -> [String] {
        let command = [program] + arguments
        guard isRoot else { return command }
        return ["/usr/bin/setpriv", "--reuid", Self.owner, "--regid", Self.owner, "--init-groups", "--"] + command
    }
}
