import NIOCore
import NIOPosix

/// Why the server cannot listen, in one line for the operator.
public struct ListenError: Error, CustomStringConvertible {
    /// What to do about it, in one line.
    public let message: String
    /// What the system said.
    public let cause: any Error

    init(host: String, port: Int, cause: any Error) {
        self.cause = cause
        let place = "\(host):\(port)"
        message =
            switch (cause as? IOError)?.errnoCode {
            case EADDRINUSE: "cannot listen on \(place): another process uses the port (server.port, PORT)"
            case EADDRNOTAVAIL: "cannot listen on \(place): the address is not one of this host (server.host, HOST)"
            case EACCES: "cannot listen on \(place): the process may not use the port (server.port, PORT)"
            default:
                Self.isUnknownHost(cause)
                    ? "cannot listen on \(place): no such host (server.host, HOST)"
                    : "cannot listen on \(place): \(cause)"
            }
    }

    /// ``message``.
    public var description: String { message }

    private static func isUnknownHost(_ error: any Error) -> Bool {
        error is SocketAddressError || error is NIOConnectionError || (error as? IOError)?.errnoCode == ENOENT
    }
}
