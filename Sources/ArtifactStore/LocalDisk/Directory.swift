import Kernel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An open directory; closed when the value goes.
struct Directory: ~Copyable, Sendable {
    let descriptor: Int32

    /// Opens a directory by its absolute path; a link on the way is refused.
    init(path: String) throws(ArtifactError) {
        var current = Glibc.open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard current >= 0 else { throw ArtifactError(errno: errno, "The backup directory cannot be opened.") }
        for part in path.split(separator: "/") {
            let next = openat(current, String(part), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let fault = errno
            Glibc.close(current)
            guard next >= 0 else {
                throw ArtifactError(
                    errno: fault, "The backup directory cannot be opened, or a link is on the way to it.")
            }
            current = next
        }
        descriptor = current
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Makes a directory for the owner alone, and those above it, where they are missing.
    ///
    /// - Returns: its path with all links resolved.
    /// - Throws: `misconfigured` where others than the owner may look into it: it is not made private, since it may be theirs too.
    static func prepare(_ path: String) throws(ArtifactError) -> String {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw ArtifactError(.misconfigured, "The backup directory has no name.")
        }
        var folder = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            folder += part + "/"
            guard mkdir(folder, 0o700) != 0, errno != EEXIST else { continue }
            let fault = errno
            // Folders above may be read-only, or not ours, and be there all the same.
            guard access(folder, F_OK) == 0 else {
                throw ArtifactError(errno: fault, "The backup directory cannot be made.")
            }
        }
        guard let resolved = realpath(path, nil) else {
            throw ArtifactError(errno: errno, "The backup directory cannot be reached.")
        }
        defer { free(resolved) }
        var status = stat()
        guard stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw ArtifactError(.misconfigured, "The backup directory is no directory.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw ArtifactError(.misconfigured, "Others may look into the backup directory: it needs mode 0700.")
        }
        return String(cString: resolved)
    }

    /// The names in the directory.
    func names() throws(ArtifactError) -> [String] {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            throw ArtifactError(errno: errno, "The backup directory cannot be listed.")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Size and time of a regular file; nil where there is none.
    func status(of name: String) throws(ArtifactError) -> (size: UInt64, modified: UnixTime)? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw ArtifactError(errno: errno, "The backup directory cannot be read.")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        let modified = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
        return (UInt64(max(0, status.st_size)), UnixTime(microseconds: modified))
    }

    /// Removes a file; false where there is none.
    func remove(_ name: String) throws(ArtifactError) -> Bool {
        if unlinkat(descriptor, name, 0) == 0 { return true }
        if errno == ENOENT { return false }
        throw ArtifactError(errno: errno, "An artifact cannot be removed.")
    }

    /// Returns when the disk has what the directory lists.
    func synchronize() throws(ArtifactError) {
        guard fsync(descriptor) == 0 else {
            throw ArtifactError(errno: errno, "The backup directory cannot be written to disk.")
        }
    }
}

extension ArtifactError {
    /// The error of a system call.
    init(errno code: Int32, _ message: String) {
        let kind: Code =
            switch code {
            case ENOSPC, EDQUOT: .full
            case ENOENT: .notFound
            case EACCES, EPERM, EROFS: .denied
            case ELOOP, ENOTDIR: .misconfigured
            default: .unavailable
            }
        self.init(kind, message, cause: String(cString: strerror(code)))
    }
}
