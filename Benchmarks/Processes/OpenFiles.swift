import Foundation

/// The limit of open files (setrlimit(2)), which the processes that the benchmark starts inherit.
enum OpenFiles {
    /// Raises the soft limit as far as the hard one lets it.
    ///
    /// - Throws: `BenchmarkError` when that is fewer than so many.
    static func allow(_ count: Int) throws {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw BenchmarkError("the limit of open files cannot be read")
        }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur >= UInt(count) else {
            throw BenchmarkError("\(limit.rlim_max) open files are allowed, and \(count) are needed: see ulimit -n")
        }
    }
}
