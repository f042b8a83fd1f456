import ArgumentParser

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes why a command failed to stderr and ends it with the exit code that the documentation names.
enum CommandFailure {
    /// 78: the configuration makes no server.
    static func configuration(_ message: String) -> ExitCode {
        report(message, code: ExitCode(78))
    }

    /// 1: anything else.
    static func failure(_ message: String) -> ExitCode {
        report(message, code: .failure)
    }

    private static func report(_ message: String, code: ExitCode) -> ExitCode {
        // The C library's own `stderr` is a variable that anyone may change: the descriptor is not.
        let line = Array("mana-sync: \(message)\n".utf8)
        write(STDERR_FILENO, line, line.count)
        return code
    }
}
