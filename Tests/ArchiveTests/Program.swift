import Foundation
import Testing

/// Another program that reads or writes zip archives.
struct Program: Sendable, CustomStringConvertible {
    /// Info-ZIP's reader.
    static let unzip = Program(name: "unzip", package: "unzip")
    /// Info-ZIP's writer.
    static let zip = Program(name: "zip", package: "zip")
    static let python = Program(name: "python3", package: "python3")
    static let node = Program(name: "node", package: "nodejs")

    let name: String
    private let package: String

    var description: String { name }

    /// Runs it in a directory and gives what it printed; it must succeed.
    @discardableResult
    func run(_ arguments: [String], in directory: URL, input: URL? = nil) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.currentDirectoryURL = directory
        // Not through a pipe, which would have to be read while the program runs.
        let output = directory.appending(component: "output-\(UUID())")
        #expect(FileManager.default.createFile(atPath: output.path, contents: nil))
        let handle = try FileHandle(forWritingTo: output)
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = try input.map { try FileHandle(forReadingFrom: $0) } ?? .nullDevice
        try process.run()
        process.waitUntilExit()
        try handle.close()
        let printed = try Data(contentsOf: output)
        try FileManager.default.removeItem(at: output)
        let said = String(decoding: printed.prefix(2000), as: UTF8.self)
        let hint: Comment = "\(name) failed (is Debian's package \(package) installed?): \(said)"
        try #require(process.terminationStatus == 0, hint)
        return Array(printed)
    }

    /// A script beside the tests.
    static func script(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Readers/\(name)", withExtension: nil)).path
    }
}

/// A directory that is there while `body` runs.
func withTemporaryDirectory(_ body: (URL) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appending(component: "archive-tests-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: directory) } }
    try body(directory)
}
