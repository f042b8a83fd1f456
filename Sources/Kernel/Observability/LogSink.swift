import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Takes whole lines, each at once: two lines never mix.
struct LogSink: Sendable {
    let write: @Sendable ([UInt8]) -> Void

    /// The process' standard error. A line that it does not take is lost: there is nowhere to say so.
    static let standardError = LogSink { line in
        standardErrorLock.withLock { _ in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = systemWrite(
                        STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if count > 0 {
                        rest = rest.dropFirst(count)
                    } else if errno != EINTR {
                        return
                    }
                }
            }
        }
    }

    private static let standardErrorLock = Mutex(())
}

private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}
