import HummingbirdCore
import Kernel
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A request's body on disk, in a file without a name: it is gone with the last reference to it, and with the process.
final class SpoolFile: Sendable {
    private let descriptor: CInt
    private let written = Mutex(0)

    /// Takes over an open file.
    private init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// An empty file in a directory, which is made where it is missing.
    private static func make(in directory: String) throws(SpoolError) -> SpoolFile {
        try makeDirectories(directory + "/")
        var name = Array("\(directory)/import.XXXXXX".utf8CString)
        // Mode 0600, and a name that nobody else uses.
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw SpoolError("make a file in the staging directory", errno) }
        unlink(name)
        return SpoolFile(descriptor: descriptor)
    }

    deinit {
        close(descriptor)
    }

    /// The whole body of a request in a file.
    ///
    /// - Throws: 413 past `limit`; ``SpoolError``; the connection's errors.
    static func spooling(_ body: RequestBody, in directory: String, limit: Int) async throws -> SpoolFile {
        let file = try await NIOThreadPool.singleton.runIfActive { try make(in: directory) }
        var received = 0
        for try await piece in body {
            received += piece.readableBytes
            guard received <= limit else { throw Problem.payloadTooLarge(limit: limit) }
            try await NIOThreadPool.singleton.runIfActive { try file.append(piece) }
        }
        return file
    }

    /// The bytes from `offset` on, as many as are read at once; none at the end. Blocks.
    func read(at offset: Int, atMost count: Int = 64 << 10) throws(SpoolError) -> ByteBuffer {
        var buffer = ByteBuffer()
        let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            max(0, pread(descriptor, target.baseAddress, min(count, target.count), off_t(offset)))
        }
        // Nothing is cut off the file, so fewer bytes than it has are a failure.
        guard got > 0 || offset >= written.withLock({ $0 }) else { throw SpoolError("read a staged archive", errno) }
        return buffer
    }

    private func append(_ piece: ByteBuffer) throws(SpoolError) {
        let result: Result<Void, SpoolError> = piece.withUnsafeReadableBytes { bytes in
            var rest = bytes
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = write(descriptor, start, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return .failure(SpoolError("stage an archive", errno)) }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return .success(())
        }
        try result.get()
        written.withLock { $0 += piece.readableBytes }
    }

    private static func makeDirectories(_ path: String) throws(SpoolError) {
        var index = path.startIndex
        while let slash = path[index...].firstIndex(of: "/") {
            index = path.index(after: slash)
            let directory = String(path[..<slash])
            if directory.isEmpty || mkdir(directory, 0o700) == 0 || errno == EEXIST { continue }
            throw SpoolError("make the staging directory", errno)
        }
    }
}

/// Why an archive could not be kept on disk.
struct SpoolError: ProblemConvertible, CustomStringConvertible {
    private let number: CInt
    let description: String

    init(_ what: String, _ number: CInt) {
        self.number = number
        description = "cannot \(what): \(String(cString: strerror(number)))"
    }

    /// 507 for a full disk, else 503; without the path.
    var problem: Problem {
        number == ENOSPC || number == EDQUOT || number == EFBIG
            ? Problem(
                status: 507, code: "staging_full", detail: "There is no room for the archive; nothing was imported.")
            : .unavailable(code: "staging_unavailable", detail: "The archive cannot be kept now; nothing was imported.")
    }
}
