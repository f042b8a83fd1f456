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
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { mkdir(String(path[..<slash]), 0o700) }
        guard let file = fopen(path, "w") else {
            logger.warning(
                "cannot write server.pidFile", metadata: ["path": "\(path)", "error": "\(String(cString: strerror(errno)))"])
            return
        }
        fputs("\(getpid())\n", file)
        fclose(file)
    }

    /// Removes the file if it is this process's.
    func remove() {
        guard let file = fopen(path, "r") else { return }
        var text = [CChar](repeating: 0, count: 32)
        let line = fgets(&text, Int32(text.count), file)
        fclose(file)
        guard line != nil, let id = Int32(String(cString: text).prefix { $0.isNumber }), id == getpid() else { return }
        unlink(path)
    }
}
