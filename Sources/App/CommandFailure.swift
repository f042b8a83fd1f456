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
        fputs("mana-sync: \(message)\n", stderr)
        return code
    }
}
