import Foundation
import Testing

/// Halts a server's process, and lets it go on.
enum ServerProcess {
    static func stop(_ process: String) throws { try signal(process, SIGSTOP) }

    static func resume(_ process: String) throws { try signal(process, SIGCONT) }

    private static func signal(_ process: String, _ signal: Int32) throws {
        #expect(kill(try #require(Int32(process)), signal) == 0)
    }
}
