#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A small file that only its owner reads.
enum PrivateFile {
    /// The file's text; nil where there is no file.
    static func contents(of path: String) throws(DevIssuerError) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw DevIssuerError("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw DevIssuerError("cannot read \(path): \(String(cString: strerror(errno)))") }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Makes the file, and the directories above it, with mode 0600. It appears with its whole text or not at all.
    ///
    /// - Returns: false where it exists already.
    static func create(_ path: String, text: String) throws(DevIssuerError) -> Bool {
        try makeDirectories(above: path)
        var draft = Array("\(path).XXXXXX".utf8CString)
        // Makes a name that nobody else uses, with mode 0600.
        let descriptor = mkstemp(&draft)
        guard descriptor >= 0 else {
            throw DevIssuerError("cannot write beside \(path): \(String(cString: strerror(errno)))")
        }
        defer { unlink(draft) }
        let bytes = Array(text.utf8)
        let isWritten = write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let error = errno
        guard close(descriptor) == 0, isWritten else {
            throw DevIssuerError("cannot write beside \(path): \(String(cString: strerror(isWritten ? errno : error)))")
        }
        if link(draft, path) == 0 { return true }
        if errno == EEXIST { return false }
        throw DevIssuerError("cannot write \(path): \(String(cString: strerror(errno)))")
    }

    private static func makeDirectories(above path: String) throws(DevIssuerError) {
        var index = path.startIndex
        while let slash = path[index...].firstIndex(of: "/") {
            index = path.index(after: slash)
            let directory = String(path[..<slash])
            if directory.isEmpty || mkdir(directory, 0o700) == 0 || errno == EEXIST { continue }
            throw DevIssuerError("cannot make the directory \(directory): \(String(cString: strerror(errno)))")
        }
    }
}
