import Kernel
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that is being written under a name that no artifact can have; it gets its own when it is whole.
///
/// Its calls block.
struct DraftFile: ~Copyable, Sendable {
    /// Stands between the key and the rest of a draft's name, and in no key.
    static let mark: Character = "~"

    private let directory: Directory
    private let descriptor: Int32
    private let name: String
    private var isThere = true
    /// How many bytes were written.
    private(set) var size: UInt64 = 0

    /// Whether a file of this name is a draft; of an artifact, unless it is nil.
    static func isDraft(_ name: String, of key: ArtifactKey?) -> Bool {
        guard let key else { return name.contains(mark) }
        return name.hasPrefix("\(key)\(mark)")
    }

    init(for key: ArtifactKey, in directory: consuming Directory) throws(ArtifactError) {
        name = "\(key)\(Self.mark)\(String(UInt64.random(in: .min ... .max), radix: 36))"
        descriptor = openat(directory.descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ArtifactError(errno: errno, "An artifact cannot be written.")
        }
        self.directory = directory
    }

    deinit {
        close(descriptor)
    }

    /// Removes the draft, if it is one yet.
    mutating func discard() {
        if isThere { unlinkat(directory.descriptor, name, 0) }
        isThere = false
    }

    mutating func write(_ bytes: ByteBuffer) throws(ArtifactError) {
        let fault = bytes.withUnsafeReadableBytes { bytes -> Int32 in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return errno }
                rest = rest.dropFirst(count)
            }
            return 0
        }
        guard fault == 0 else { throw ArtifactError(errno: fault, "An artifact cannot be written.") }
        size += UInt64(bytes.readableBytes)
    }

    /// Makes it the artifact of `key`, durably.
    mutating func publish(as key: ArtifactKey) throws(ArtifactError) {
        guard fsync(descriptor) == 0 else {
            throw ArtifactError(errno: errno, "An artifact cannot be written to disk.")
        }
        guard renameat(directory.descriptor, name, directory.descriptor, key.description) == 0 else {
            throw ArtifactError(errno: errno, "An artifact cannot be given its name.")
        }
        isThere = false
        try directory.synchronize()
    }
}

/// An artifact's file, open for reading. Its calls block.
struct ArtifactFile: ~Copyable, Sendable {
    private let descriptor: Int32
    /// How many bytes it has.
    let size: UInt64

    init(_ key: ArtifactKey, in directory: borrowing Directory) throws(ArtifactError) {
        descriptor = openat(directory.descriptor, key.description, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ELOOP
                ? ArtifactError(.foreignURI, "The artifact is a link.")
                : ArtifactError(errno: errno, "The artifact cannot be opened.")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ArtifactError(.foreignURI, "The artifact is no file.")
        }
        size = UInt64(max(0, status.st_size))
    }

    deinit {
        close(descriptor)
    }

    /// Reads up to `limit` bytes from a place on; fewer only at the end.
    func read(at offset: UInt64, limit: Int) throws(ArtifactError) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: limit)
        var fault: Int32 = 0
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { target in
            var count = 0
            while count < limit {
                let read = pread(
                    descriptor, target.baseAddress?.advanced(by: count), limit - count, off_t(offset) + off_t(count))
                if read < 0, errno == EINTR { continue }
                if read < 0 { fault = errno }
                guard read > 0 else { break }
                count += read
            }
            return count
        }
        guard fault == 0 else { throw ArtifactError(errno: fault, "The artifact cannot be read.") }
        return buffer
    }
}
