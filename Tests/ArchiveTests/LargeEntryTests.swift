import Foundation
import NIOCore
import Testing

@testable import Archive

@Suite("An entry of more than 4 GiB")
struct LargeEntryTests {
    @Test("Is written and read as a stream, and opens in Python", .timeLimit(.minutes(5)))
    func large() throws {
        try withTemporaryDirectory { directory in
            let path = directory.appending(component: "large.zip")
            #expect(FileManager.default.createFile(atPath: path.path, contents: nil))
            let file = try FileHandle(forWritingTo: path)
            var writer = ZipWriter()
            var reader = ZipReader(limits: ZipLimits(ratio: 1032))
            var output = ByteBuffer()
            var size: UInt64 = 0
            func flush() throws {
                try file.write(contentsOf: Data(output.readableBytesView))
                reader.append(output)
                output = ByteBuffer()
                while let event = try reader.next() {
                    if case .content(let content) = event { size += UInt64(content.readableBytes) }
                }
            }

            let mebibyte = ByteBuffer(repeating: 0x61, count: 1 << 20)
            try writer.beginEntry("large", modified: sampleTime, compression: .fast, into: &output)
            for _ in 0..<4097 {
                try writer.write(mebibyte, into: &output)
                try flush()
            }
            let summary = try writer.endEntry(into: &output)
            try writer.beginEntry("behind", modified: sampleTime, into: &output)
            try writer.endEntry(into: &output)
            try writer.finish(into: &output)
            try flush()
            try reader.endOfInput()
            try file.close()
            #expect(summary.size == 4097 << 20)
            #expect(size == summary.size)

            let test = "import sys, zipfile; print([e.file_size for e in zipfile.ZipFile(sys.argv[1]).infolist()])"
            let printed = try Program.python.run(["-c", test, path.path], in: directory)
            #expect(String(decoding: printed, as: UTF8.self) == "[\(4097 << 20), 0]\n")
        }
    }
}
