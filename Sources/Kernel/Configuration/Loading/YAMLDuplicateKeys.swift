import Yams

/// Gets a file with duplicate keys past the parser, which stops at the first of them, so that all other errors are found too.
///
/// The first of two equal keys is overwritten by a name of the same width that nobody writes, so that every position stays true.
struct YAMLDuplicateKeys {
    private let source: ConfigSource
    private var lines: [String]
    private var renamed: [Position: String] = [:]
    private(set) var diagnostics: [ConfigDiagnostic] = []

    /// A file with more of them is not worth reading on.
    private static let limit = 32

    private struct Position: Hashable {
        let line: Int
        let column: Int
    }

    init(source: ConfigSource) {
        self.source = source
        lines = source.text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
    }

    /// What the parser is to read.
    var text: String {
        lines.joined(separator: "\n")
    }

    /// Renames the key at `mark`. False where that is not to be done: then the error has been reported here.
    mutating func rename(_ key: String, at mark: Mark) -> Bool {
        let width = key.unicodeScalars.count
        guard renamed.count < YAMLDuplicateKeys.limit, width > 0, lines.indices.contains(mark.line - 1) else {
            return giveUp(key, at: mark)
        }
        let scalars = Array(lines[mark.line - 1].unicodeScalars)
        var start = mark.column - 1
        if scalars.indices.contains(start), scalars[start] == "\"" || scalars[start] == "'" { start += 1 }
        guard start + width <= scalars.count, scalars[start..<start + width].elementsEqual(key.unicodeScalars),
            let unused = Unicode.Scalar(0xE000 + UInt32(renamed.count))
        else { return giveUp(key, at: mark) }
        var line = String.UnicodeScalarView(scalars[..<start])
        line.append(contentsOf: repeatElement(unused, count: width))
        line.append(contentsOf: scalars[(start + width)...])
        lines[mark.line - 1] = String(line)
        renamed[Position(line: mark.line, column: mark.column)] = key
        return true
    }

    /// The name of the key at `mark` as it stands in the file.
    func name(of key: String, at mark: Mark?) -> String {
        mark.flatMap { renamed[Position(line: $0.line, column: $0.column)] } ?? key
    }

    private mutating func giveUp(_ key: String, at mark: Mark) -> Bool {
        let location = ConfigLocation.file(name: source.name, line: mark.line, column: mark.column)
        diagnostics.append(ConfigDiagnostic(location: location, message: "duplicate key '\(ConfigNode.shown(key))'"))
        return false
    }
}
