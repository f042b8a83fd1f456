import Domain
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The sign that a server has a database open: an exclusive `flock` on `<path>.lock`, which the kernel releases however the process ends.
///
/// The lock file itself stays, since removing it would let two servers lock two files of the same name.
final class FileLock: Sendable {
    private let held: Mutex<Int32?>

    /// Takes the lock, or throws `inUse`.
    init(forDatabaseAt path: String) throws(StoreError) {
        let descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(.unusable, "The database's lock file cannot be opened.", cause: "errno \(errno)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let failure = errno
            close(descriptor)
            guard failure == EWOULDBLOCK else {
                throw StoreError(.unusable, "The database's lock file cannot be locked.", cause: "errno \(failure)")
            }
            throw StoreError(.inUse, "Another server has the database open.")
        }
        held = Mutex(descriptor)
    }

    deinit {
        release()
    }

    /// Lets others have the database.
    func release() {
        guard let descriptor = held.withLock({ $0.take() }) else { return }
        close(descriptor)
    }
}
