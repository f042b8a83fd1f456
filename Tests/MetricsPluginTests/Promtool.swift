import Foundation
import Testing

/// Prometheus's checker of metrics: the program of that name.
enum Promtool {
    private static let path = ["/usr/bin/promtool", "/usr/local/bin/promtool"]
        .first(where: FileManager.default.isExecutableFile)

    /// Whether it can be run here.
    static let isInstalled = path != nil

    /// What to do where it cannot.
    static let remedy: Comment = "promtool is not installed; it is in Debian's package 'prometheus'"

    /// What `promtool check metrics` says about a scrape.
    static func check(_ scrape: String) throws -> (status: Int32, findings: String) {
        let process = Process()
        process.executableURL = URL(filePath: try #require(path))
        process.arguments = ["check", "metrics"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(scrape.utf8))
        try input.fileHandleForWriting.close()
        let findings = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, findings)
    }
}
