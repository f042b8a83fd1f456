import Foundation

/// PostgreSQL's programs as Debian installs them, run as a user that is not root, which the server refuses.
struct PostgresPrograms {
    /// The newest version that is installed.
    let version: Int

    private static let root = "/usr/lib/postgresql"
    private static let owner = "postgres"
    private var isRoot: Bool { geteuid() == 0 }

    /// Finds them.
    ///
    /// - Throws: `BenchmarkError` where there are none.
    init() throws {
        // Without the folder there are no versions.
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: Self.root)) ?? []
        let installed = versions.compactMap(Int.init).filter {
            FileManager.default.isExecutableFile(atPath: "\(Self.root)/\($0)/bin/pgbench")
        }
        guard let newest = installed.max() else {
            throw BenchmarkError("there is no PostgreSQL under \(Self.root): apt-get install postgresql")
        }
        version = newest
    }

    /// The command line of one of them, for whom the server may belong to.
    func command(_ program: String, _ arguments: [String]) -> [String] {
        let line = ["\(Self.root)/\(version)/bin/\(program)"] + arguments
        guard isRoot else { return line }
        return ["/usr/bin/setpriv", "--reuid", Self.owner, "--regid", Self.owner, "--init-groups", "--"] + line
    }

    /// Makes the server's user own a folder.
    func giveAway(_ folder: URL) throws {
        guard isRoot else { return }
        try FileManager.default.setAttributes([.ownerAccountName: Self.owner], ofItemAtPath: folder.path)
    }

    /// Runs one of them to its end, and gives what it printed.
    ///
    /// - Parameter settings: what every session of it sets, as PGOPTIONS has it.
    /// - Throws: `BenchmarkError` with its last words when it fails.
    func run(_ program: String, _ arguments: [String], settings: String = "") throws -> String {
        let line = command(program, arguments)
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: line[0])
        process.arguments = Array(line.dropFirst())
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGOPTIONS": settings]
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let words = printed.split(separator: "\n").suffix(6).joined(separator: "\n")
            throw BenchmarkError("\(program) failed: \(words.prefix(1000))")
        }
        return printed
    }
}
