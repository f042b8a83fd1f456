import Dispatch
import Foundation

/// A program that runs beside the tests, in a session of its own, with nothing of this process's descriptors: a server would keep
/// them, and whoever reads from the other end would wait for it.
///
/// Not Foundation's `Process`: that learns of an end by a socket which the program's own children keep open, so a program that leaves
/// a server behind stays a zombie, and Swift Testing's wait for the process of an exit test never gets past a zombie of somebody else's.
public struct BackgroundProgram: Sendable {
    private let process: pid_t

    /// Starts a program.
    ///
    /// - Parameter command: the path of the program, and its arguments.
    @discardableResult
    public static func start(_ command: [String]) throws -> BackgroundProgram {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in Int32(0)...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        // More than the tests ever have open at once; closing what is not open is no error.
        for descriptor in Int32(3)..<2_048 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        let command = ["/usr/bin/setsid"] + command
        let words = command.map { strdup($0) }
        defer { words.forEach { free($0) } }
        var process: pid_t = 0
        let failure = posix_spawn(&process, command[0], &actions, nil, words + [nil], environ)
        guard failure == 0 else { throw ProgramFailure(description: "\(command[1]) cannot be started: \(failure)") }
        return BackgroundProgram(process: process)
    }

    /// Waits for its end.
    ///
    /// - Returns: the wait status; 0 for a program that ended well.
    public func end() async -> Int32 {
        await withCheckedContinuation { ended in
            DispatchQueue.global().async {
                var status: Int32 = 0
                while waitpid(process, &status, 0) < 0, errno == EINTR {}
                ended.resume(returning: status)
            }
        }
    }
}
