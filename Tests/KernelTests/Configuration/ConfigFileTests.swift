import Foundation
import Kernel
import Testing

@Suite("The file itself")
struct ConfigFileTests {
    /// Loads `bytes` from a file and hands over what is printed about it, with the path taken out.
    private func errors(_ bytes: [UInt8]) throws -> [String] {
        let path = NSTemporaryDirectory() + "mana-sync-\(UUID().uuidString).yaml"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
        return errors(at: path).map { $0.replacing(path, with: "FILE") }
    }

    private func errors(at path: String) -> [String] {
        do {
            _ = try Configuration.load(Fixtures.schema, file: path)
            return []
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    @Test("is read from disk, and errors carry its path")
    func path() throws {
        #expect(try errors(Array("server:\n  port: 80\n".utf8)) == [])
        #expect(
            try errors(Array("server:\n  prt: 80\n".utf8)) == [
                "FILE:2:3: unknown key 'prt' in server; did you mean 'port'?"
            ])
    }

    @Test("must be UTF-8")
    func encoding() throws {
        #expect(try errors(Array("server:\n  host: ".utf8) + [0xFF, 0xFE]) == ["FILE:2:1: the file is not UTF-8"])
    }

    @Test("must not be larger than 1 MiB, nor endless")
    func size() throws {
        let message = "the configuration file is larger than 1MiB"
        #expect(try errors([UInt8](repeating: 0x20, count: (1 << 20) + 1)) == ["FILE: \(message)"])
        #expect(errors(at: "/dev/zero") == ["/dev/zero: \(message)"])
    }

    @Test("must be a file")
    func directory() {
        let errors = errors(at: NSTemporaryDirectory())
        #expect(errors.count == 1 && errors[0].contains("the configuration file cannot be read: "))
    }
}
