#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Directories of tests, which go with all that is in them.
public enum TemporaryDirectory {
    /// Makes a directory, runs `body` with its path, and removes it.
    ///
    /// - Throws: ``HarnessError/noTemporaryDirectory`` where none can be made, or what `body` throws.
    public static func with<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        var template = Array("/tmp/mana-sync-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessError.noTemporaryDirectory }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { remove(path) }
        return try await body(path)
    }

    /// The names in a directory, sorted; none where there is no such directory.
    public static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file, or a directory with what is in it; does not follow links.
    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in names(in: path) { remove("\(path)/\(name)") }
        rmdir(path)
    }
}
