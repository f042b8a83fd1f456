import Foundation

/// A process that the benchmark started, and that it ends by its own id.
///
/// Its id is in `process.pid` in its folder for as long as it lives, so that `Scripts/bench` can end it when the benchmark was killed.
final class LaunchedProcess {
    private let process = Process()
    private let pidFile: URL
    private let log: URL

    /// Starts a program, on the given cores if any, with its output in `process.log` in the folder.
    init(_ program: String, _ arguments: [String], folder: URL, cores: String?) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        pidFile = folder.appendingPathComponent("process.pid")
        log = folder.appendingPathComponent("process.log")
        guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
            throw BenchmarkError("\(log.path) cannot be made")
        }
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = URL(fileURLWithPath: cores == nil ? program : "/usr/bin/taskset")
        process.arguments = cores.map { ["-c", $0, program] + arguments } ?? arguments
        process.environment = ProcessInfo.processInfo.environment.filter { !Self.overrides.contains($0.key) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try Data("\(process.processIdentifier)\n".utf8).write(to: pidFile)
    }

    /// Its id, which is the program's own: taskset replaces itself.
    var pid: Int32 { process.processIdentifier }

    /// Whether it has not ended yet.
    var isRunning: Bool { process.isRunning }

    /// The last lines that it said, for a message.
    var lastLines: String {
        guard let text = try? String(contentsOf: log, encoding: .utf8) else { return "(no log)" }  // only decoration
        return text.split(separator: "\n").suffix(6).joined(separator: "\n")
    }

    /// SIGTERM, and SIGKILL after ten seconds.
    func stop() {
        process.terminate()
        let deadline = ContinuousClock.now + .seconds(10)
        while process.isRunning, ContinuousClock.now < deadline { usleep(2000) }
        if process.isRunning { kill(pid, SIGKILL) }
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: pidFile)  // it may be gone with its folder
    }

    /// Variables that override the configuration file (operations.md): the caller's must not reach the server under test.
    private static let overrides: Set<String> = [
        "PORT", "HOST", "DATABASE_URL", "JWKS_URL", "CORS_ORIGINS", "MANA_CREDITS_URL", "MANA_AUTH_URL",
        "MANA_SERVICE_KEY", "BILLING_EXEMPT_APPS", "MANA_API_KEYS", "MANA_SYNC_CONFIG",
    ]
}
