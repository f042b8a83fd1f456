import Archive
import NIOCore

/// A file of a test: its name and its content.
struct File: Equatable, Sendable, CustomStringConvertible {
    var name: String
    var content: [UInt8]
    var compression = ZipCompression.dense

    init(_ name: String, _ content: some Sequence<UInt8>, _ compression: ZipCompression = .dense) {
        self.name = name
        self.content = Array(content)
        self.compression = compression
    }

    init(_ name: String, _ text: String, _ compression: ZipCompression = .dense) {
        self.init(name, text.utf8, compression)
    }

    var description: String { "\(name): \(content.count) bytes" }

    static func == (left: File, right: File) -> Bool {
        left.name == right.name && left.content == right.content
    }

    /// A few files with all that is special: empty, incompressible, compressible, stored, a directory, a name beyond ASCII.
    static let samples: [File] = {
        var generator = SeededGenerator(state: 7)
        let noise = (0..<70_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return [
            File("events.jsonl", String(repeating: #"{"id":"one"}"# + "\n", count: 9000), .fast),
            File("empty", ""), File("noise.bin", noise), File("d/", "", .stored), File("d/stored", noise, .stored),
            File("d/Grüße, 世界.txt", "PK\u{3}\u{4}PK\u{7}\u{8}"), File("manifest.json", "{}"),
        ]
    }()
}
