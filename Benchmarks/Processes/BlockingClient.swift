import Foundation
import NIOCore

/// One request over one connection on 127.0.0.1 from the calling thread: for tokens, checks and the wait for a first answer.
enum BlockingClient {
    /// Sends a request and waits for its answer, ten seconds at most.
    ///
    /// - Throws: `BenchmarkError` when nothing listens, the connection ends early or the answer takes too long.
    static func exchange(_ request: ByteBuffer, port: Int) throws -> HTTPAnswer {
        try withConnection(port) { try $0(request) }
    }

    /// Lends a function that does the same over one connection, again and again.
    static func withConnection<Result>(
        _ port: Int, _ body: ((ByteBuffer) throws -> HTTPAnswer) throws -> Result
    ) throws -> Result {
        let socket = try connect(port)
        defer { close(socket) }
        return try body { request in
            try send(request, to: socket)
            return try receive(from: socket, port: port)
        }
    }

    /// A port that was free a moment ago.
    static func freePort() throws -> Int {
        let socket = try makeSocket()
        defer { close(socket) }
        var address = loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let found = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(socket, name, length) == 0 && getsockname(socket, name, &length) == 0
            }
        }
        guard found else { throw BenchmarkError("no port is free") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func receive(from socket: Int32, port: Int) throws -> HTTPAnswer {
        var received = ByteBuffer()
        while true {
            let count = try received.writeWithUnsafeMutableBytes(minimumWritableBytes: 65536) { space in
                let count = read(socket, space.baseAddress, space.count)
                guard count > 0 else { throw BenchmarkError("no answer from port \(port)") }
                return count
            }
            guard count > 0, let answer = try HTTPAnswer(complete: received) else { continue }
            return answer
        }
    }

    private static func connect(_ port: Int) throws -> Int32 {
        let socket = try makeSocket()
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = loopback(port)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                Foundation.connect(socket, name, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard connected else {
            close(socket)
            throw BenchmarkError("nothing listens on port \(port)")
        }
        return socket
    }

    private static func send(_ request: ByteBuffer, to socket: Int32) throws {
        try request.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let slice = UnsafeRawBufferPointer(rebasing: rest)
                // A peer that has gone must give an error, not SIGPIPE.
                let count = Foundation.send(socket, slice.baseAddress, slice.count, Int32(MSG_NOSIGNAL))
                guard count > 0 else { throw BenchmarkError("the connection was closed") }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func makeSocket() throws -> Int32 {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard made >= 0 else { throw BenchmarkError("no socket: errno \(errno)") }
        return made
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
