import Foundation
import JSONScanner

/// Changes of a real household, to make pushes of: those that a person's typing makes, not the rare large blobs.
struct ChangeCorpus: Sendable {
    /// Changes longer than this are left out: what remains is about 300 bytes long in the mean.
    static let longestChange = 640
    /// What the recording can hold at most.
    private static let largestFile = 256 << 20

    /// The templates, in the order of the recording; not empty.
    let templates: [ChangeTemplate]
    /// The recorded requests as they are.
    let requests: [[UInt8]]

    /// Reads recorded requests, `{"app":…,"user":…,"clientId":…,"body":{…,"changes":[…]}}`, one a line.
    init(contentsOf path: String) throws {
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)).prefix(Self.largestFile))
        var templates: [ChangeTemplate] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
        for (number, line) in lines.enumerated() {
            do {
                templates += try line.withUnsafeBytes(Self.templates)
            } catch {
                throw BenchmarkError("\(path):\(number + 1): \(error)")
            }
        }
        guard !templates.isEmpty else { throw BenchmarkError("\(path) holds no changes") }
        self.templates = templates
        requests = lines
    }

    private init(_ templates: [ChangeTemplate], of requests: [[UInt8]]) {
        self.templates = templates
        self.requests = requests
    }

    /// The changes of one table.
    func only(table: String) throws -> ChangeCorpus {
        let found = templates.filter { $0.table == table }
        guard !found.isEmpty else { throw BenchmarkError("the recording has no changes of \(table)") }
        return ChangeCorpus(found, of: requests)
    }

    /// Bytes of a change in the mean.
    var meanChange: Double {
        Double(templates.reduce(0) { $0 + $1.count }) / Double(templates.count)
    }

    private static func templates(of line: UnsafeRawBufferPointer) throws -> [ChangeTemplate] {
        var found: [ChangeTemplate] = []
        var scanner = try JSONScanner(line)
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            guard scanner.equals(name, "body") else { continue }
            try scanner.enterObject()
            while let member = try scanner.nextMember() {
                guard scanner.equals(member, "changes") else { continue }
                try scanner.enterArray()
                while try scanner.nextElement() {
                    let range = try scanner.skipValue().range
                    guard range.count <= longestChange else { continue }
                    if let template = try ChangeTemplate(UnsafeRawBufferPointer(rebasing: line[range])) {
                        found.append(template)
                    }
                }
            }
        }
        return found
    }
}
