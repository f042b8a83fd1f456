import Foundation
import Testing

@testable import Archive

@Suite("With other programs")
struct InteroperationTests {
    /// A program that reads the whole archive and, but for Info-ZIP's, prints name, size and checksum of each entry.
    static let readers = [Program.python, .node]

    @Test("Info-ZIP's unzip finds our archives whole", arguments: RoundTripTests.thresholds)
    func unzip(threshold: Zip64Threshold) throws {
        try withTemporaryDirectory { directory in
            let file = directory.appending(component: "ours.zip")
            try Data(try archive(File.samples, threshold: threshold)).write(to: file)
            try Program.unzip.run(["-tqq", file.path], in: directory)
            for sample in File.samples where !sample.content.isEmpty && sample.name.utf8.allSatisfy({ $0 < 0x80 }) {
                #expect(try Program.unzip.run(["-p", file.path, sample.name], in: directory) == sample.content)
            }
        }
    }

    @Test("Readers that walk the central directory find in our archives what we wrote", arguments: readers)
    func read(reader: Program) throws {
        for threshold in RoundTripTests.thresholds {
            try withTemporaryDirectory { directory in
                let file = directory.appending(component: "ours.zip")
                try Data(try archive(File.samples, threshold: threshold)).write(to: file)
                let script = try Program.script(reader.name == "node" ? "list-entries.mjs" : "list-entries.py")
                let printed = String(decoding: try reader.run([script, file.path], in: directory), as: UTF8.self)
                #expect(printed == Self.listing(of: File.samples))
            }
        }
    }

    @Test(
        "Archives of Python's zipfile are read",
        arguments: ["stored", "deflated"], ["seekable", "stream", "zip64"])
    func python(method: String, form: String) throws {
        try withTemporaryDirectory { directory in
            let script = try Program.script("write-archive.py")
            try Program.python.run([script, "theirs.zip", method, form], in: directory)
            let bytes = [UInt8](try Data(contentsOf: directory.appending(component: "theirs.zip")))
            let expected = [
                File("a.txt", String(repeating: "hello\n", count: 1000)), File("empty", ""),
                File(
                    "d/ä€.bin",
                    [0x50, 0x4B, 7, 8] + (0..<700).flatMap { _ in UInt8.min...UInt8.max } + [0x50, 0x4B, 7]),
            ]
            #expect(try files(in: bytes) == expected)
            #expect(try files(in: bytes, pieceLength: { 5 }) == expected)
        }
    }

    @Test(
        "Archives of Info-ZIP's zip are read",
        arguments: [["-1"], ["-6"], ["-9"], ["-0"], ["-fd"], ["-fz"], ["-X"], ["-fd", "-0"]])
    func zip(options: [String]) throws {
        try withTemporaryDirectory { directory in
            let source = directory.appending(component: "source")
            try FileManager.default.createDirectory(
                at: source.appending(component: "d"), withIntermediateDirectories: true)
            let expected = [
                File("d/", ""), File("d/empty", ""), File("d/lines", String(repeating: "hello\n", count: 20_000)),
            ]
            for file in expected.dropFirst() {
                try Data(file.content).write(to: source.appending(path: file.name))
            }
            let names = expected.map(\.name)
            try Program.zip.run(["-q"] + options + ["../theirs.zip"] + names, in: source)
            let bytes = [UInt8](try Data(contentsOf: directory.appending(component: "theirs.zip")))
            #expect(try files(in: bytes) == expected)
        }
    }

    @Test("What Info-ZIP's zip writes as a stream, from a stream, is read", arguments: ["-1", "-0"])
    func zipStream(level: String) throws {
        try withTemporaryDirectory { directory in
            let lines = File("-", String(repeating: "hello\n", count: 20_000))
            let input = directory.appending(component: "lines")
            try Data(lines.content).write(to: input)
            let bytes = try Program.zip.run(["-q", level, "-", "-"], in: directory, input: input)
            #expect(try files(in: bytes) == [lines])
        }
    }

    private static func listing(of files: [File]) -> String {
        files.map { file in
            var crc = CRC32()
            file.content.withUnsafeBytes { crc.update($0) }
            return "\(file.name)\t\(file.content.count)\t\(crc.value)\n"
        }.joined()
    }
}
