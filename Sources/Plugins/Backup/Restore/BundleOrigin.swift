import ArtifactStore
import Kernel
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where a bundle to restore is.
enum BundleOrigin: Sendable {
    /// A file, wherever it is.
    case file(String)
    /// An artifact of the store.
    case artifact(ArtifactURI)

    /// How many bytes it has.
    func size(in store: any ArtifactStore) async throws -> UInt64 {
        switch self {
        case .artifact(let uri): try await store.describe(uri).size
        case .file(let path): try await NIOThreadPool.singleton.runIfActive { try BundleFile(path).size }
        }
    }

    /// Hands all of it to `consume`, piece by piece.
    func read(from store: any ArtifactStore, _ consume: (ByteBuffer) async throws -> Void) async throws {
        switch self {
        case .artifact(let uri): try await store.get(uri, range: nil, consume)
        case .file(let path):
            let file = try await NIOThreadPool.singleton.runIfActive { try BundleFile(path) }
            while true {
                try Task.checkCancellation()
                let chunk = try await NIOThreadPool.singleton.runIfActive { try file.next() }
                guard chunk.readableBytes > 0 else { return }
                try await consume(chunk)
            }
        }
    }
}

/// A file that is read once from its start. Its calls block.
private final class BundleFile: Sendable {
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
