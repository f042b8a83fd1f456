import Domain

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A database's place in the file system.
struct DatabaseFile: Sendable {
    /// The path with the links of its folder resolved, so that one file has one lock.
    let path: String

    /// The file at `path`, which need not be there.
    ///
    /// - Throws: `unusable` for an empty path.
    init(path: String) throws(StoreError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw StoreError(.unusable, "The database's path is empty.")
        }
        self.path = DatabaseFile.resolved(path) ?? path
    }

    /// Makes the folders that are missing, for the owner alone.
    func makeFolder() throws(StoreError) {
        var folder = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
            folder += part + "/"
            guard mkdir(folder, 0o700) != 0, errno != EEXIST else { continue }
            // Folders above may be read-only, or not ours, and be there all the same.
            guard access(folder, F_OK) == 0 else {
                throw StoreError(.unusable, "The database's folder cannot be made.", cause: "errno \(errno)")
            }
        }
    }

    /// Makes an empty file, for the owner alone, where there is none.
    func makeFile() throws(StoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(.unusable, "The database file cannot be made.", cause: "errno \(errno)")
        }
        close(descriptor)
    }

    /// The file's size in bytes; nil if there is none.
    ///
    /// - Throws: `unusable` if something is there that is no regular file.
    func size() throws(StoreError) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw StoreError(.unusable, "The database file cannot be reached.", cause: "errno \(errno)")
            }
            return nil
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError(.unusable, "The database's path is no file.")
        }
        return Int(status.st_size)
    }

    /// Whether SQLite left a file of this suffix beside the database: a log or a journal that may hold commits.
    func hasCompanion(_ suffix: String) -> Bool {
        access(path + suffix, F_OK) == 0
    }

    private static func resolved(_ path: String) -> String? {
        if let whole = realpath(path, nil) {
            defer { free(whole) }
            return String(cString: whole)
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let folder = path.contains("/") ? String(path.dropLast(name.utf8.count)) : "."
        guard let start = realpath(folder.isEmpty ? "/" : folder, nil) else { return nil }
        defer { free(start) }
        return String(cString: start) + "/" + name
    }
}
