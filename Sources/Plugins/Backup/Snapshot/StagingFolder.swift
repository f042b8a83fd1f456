import Kernel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The folders in which snapshots are staged: each for its owner alone, and gone when it is no longer needed. Calls block.
struct StagingFolder: Sendable {
    private static let prefix = "snapshot."

    /// The directory that they are in.
    let directory: String

    /// Makes a fresh folder.
    ///
    /// - Returns: its path.
    func make() throws(BackupError) -> String {
        var above = ""
        for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
            above += part + "/"
            if mkdir(above, 0o700) != 0, errno != EEXIST, access(above, F_OK) != 0 { throw Self.failure(errno) }
        }
        var template = Array("\(directory)/\(Self.prefix)XXXXXX".utf8CString)
        // Mode 0700, and a name that nobody else uses.
        guard mkdtemp(&template) != nil else { throw Self.failure(errno) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a folder of ours with the files in it.
    func remove(_ folder: String) {
        for name in Self.names(in: folder) { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// Removes what a crash left.
    func removeLeftovers() {
        for name in Self.names(in: directory) where name.hasPrefix(Self.prefix) { remove("\(directory)/\(name)") }
    }

    /// How many bytes may still be written there, or where the directory will be made; nil where nobody can say.
    func freeSpace() -> UInt64? {
        var status = statvfs()
        var place = Substring(directory)
        let root = directory.hasPrefix("/") ? "/" : "."
        while statvfs(place.isEmpty ? root : String(place), &status) != 0 {
            guard errno == ENOENT, !place.isEmpty else { return nil }
            place = place[..<(place.lastIndex(of: "/") ?? place.startIndex)]
        }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func failure(_ code: Int32) -> BackupError {
        BackupError(
            code == ENOSPC || code == EDQUOT ? .full : .unavailable, "The staging directory cannot be used.",
            cause: String(cString: strerror(code)))
    }
}
