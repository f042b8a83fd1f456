import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The file by which other commands find the running server.
struct PIDFile: Sendable {
    let path: String

    /// Writes this process's id. A server that cannot do so runs all the same.
    func write(logger: Logger) {
        // What cannot be made is told by the file that cannot be opened then.
        for slash in path.indices where path[slash] == "/" && slash != path.startIndex {
            mkdir(String(path[..<slash]), 0o700)
        }
        guard let file = fopen(path, "w") else {
            logger.warning(
                "cannot write server.pidFile",
                metadata: ["path": "\(path)", "error": "\(String(cString: strerror(errno)))"])
            return
        }
        fputs("\(getpid())\n", file)
        fclose(file)
    }

    /// Removes the file if it is this process's.
    func remove() {
        guard let file = fopen(path, "r") else { return }
        var text = [UInt8](repeating: 0, count: 32)
        let count = fread(&text, 1, text.count, file)
        fclose(file)
        let id = String(decoding: text.prefix(count), as: UTF8.self).prefix { $0.isNumber }
        guard Int32(id) == getpid() else { return }
        unlink(path)
    }
}
