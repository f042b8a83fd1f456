import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that is read once from its start. Its calls block.
final class BundleFile: Sendable {
    private let descriptor: Int32
    let size: UInt64

    init(_ path: String) throws(BackupError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw BackupError(.notFound, "\(path) cannot be read.", cause: String(cString: strerror(errno)))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw BackupError(.notFound, "\(path) is no file.")
        }
        size = UInt64(max(0, status.st_size))
    }

    deinit {
        close(descriptor)
    }

    func next() throws(BackupError) -> ByteBuffer {
        var buffer = ByteBuffer()
        var fault: Int32 = 0
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 256 << 10) { target in
            let count = read(descriptor, target.baseAddress, target.count)
            if count < 0 { fault = errno }
            return max(0, count)
        }
        guard fault == 0 else {
            throw BackupError(.unavailable, "The bundle cannot be read.", cause: String(cString: strerror(fault)))
        }
        return buffer
    }
}
