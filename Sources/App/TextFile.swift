#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Small text files.
enum TextFile {
    /// The file's text; nil where it cannot be read.
    static func contents(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return ferror(file) == 0 ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// Writes the file and the folders above it. A file that is there already is replaced as a whole or not at all.
    ///
    /// - Returns: Why it could not be written; nil if it was.
    static func write(_ text: String, to path: String) -> String? {
        var index = path.startIndex
        while let slash = path[index...].firstIndex(of: "/") {
            index = path.index(after: slash)
            if slash != path.startIndex { mkdir(String(path[..<slash]), 0o755) }
        }
        let draft = "\(path).new"
        guard let file = fopen(draft, "w") else { return String(cString: strerror(errno)) }
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten, rename(draft, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(draft)
            return reason
        }
        return nil
    }
}
