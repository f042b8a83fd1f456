#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The text of a configuration file and its name in messages.
struct ConfigSource {
    let name: String
    let text: String

    /// Larger files are refused: a configuration of this size is a mistake.
    static let sizeLimit = 1 << 20

    /// Takes `text` as it is.
    init(name: String, text: String) throws(ConfigDiagnostic) {
        self.name = name
        guard text.utf8.count <= ConfigSource.sizeLimit else { throw ConfigSource.tooLarge(name) }
        var text = text
        text.makeContiguousUTF8()
        self.text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }

    /// Reads the file at `path`.
    init(path: String) throws(ConfigDiagnostic) {
        let bytes = try ConfigSource.contents(of: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigDiagnostic(
                location: ConfigSource.firstInvalidLine(bytes, name: path), message: "the file is not UTF-8")
        }
        try self.init(name: path, text: text)
    }

    /// The place of a byte of ``text``.
    func location(ofByte offset: Int) -> ConfigLocation {
        var line = 1
        var column = 1
        for scalar in String(decoding: text.utf8.prefix(offset), as: UTF8.self).unicodeScalars {
            column = scalar == "\n" ? 1 : column + 1
            line += scalar == "\n" ? 1 : 0
        }
        return .file(name: name, line: line, column: column)
    }

    private static func contents(of path: String) throws(ConfigDiagnostic) -> [UInt8] {
        guard !path.utf8.contains(0), let file = fopen(path, "rb") else { throw unreadable(path, errno) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= sizeLimit {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        if ferror(file) != 0 { throw unreadable(path, errno) }
        guard bytes.count <= sizeLimit else { throw tooLarge(path) }
        return bytes
    }

    private static func unreadable(_ path: String, _ code: Int32) -> ConfigDiagnostic {
        let reason = String(cString: strerror(code))
        return ConfigDiagnostic(
            location: .file(name: path, line: 0, column: 0), message: "the configuration file cannot be read: \(reason)"
        )
    }

    private static func tooLarge(_ name: String) -> ConfigDiagnostic {
        ConfigDiagnostic(
            location: .file(name: name, line: 0, column: 0),
            message: "the configuration file is larger than \(ByteSize(bytes: sizeLimit))")
    }

    private static func firstInvalidLine(_ bytes: [UInt8], name: String) -> ConfigLocation {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        return .file(name: name, line: index + 1, column: 1)
    }
}

extension ConfigDiagnostic: Error {}
