#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that holds one secret.
enum SecretFile {
    /// The most bytes that are read.
    static let sizeLimit = 4096

    /// The file's text without the white space at its end, which editors leave there.
    static func text(at path: String) throws(ServiceKeyError) -> String {
        guard !path.utf8.contains(0), let file = fopen(path, "rbe") else {
            throw ServiceKeyError("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: sizeLimit + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else {
            throw ServiceKeyError("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        guard count <= sizeLimit else { throw ServiceKeyError("\(path) is larger than \(sizeLimit) bytes") }
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let end = bytes[..<count].lastIndex { !isSpace($0) }.map { $0 + 1 } ?? 0
        guard let text = String(validating: bytes[..<end], as: UTF8.self) else {
            throw ServiceKeyError("\(path) is not UTF-8")
        }
        return text
    }
}
