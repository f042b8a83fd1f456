import NIOCore

/// What one connection says in its closed loop, and what it makes of the answers. Used by one event loop at a time.
protocol Conversation: Sendable {
    /// Writes the next request, head and body, into an empty buffer.
    mutating func writeRequest(into buffer: inout ByteBuffer)

    /// Checks the answer to that request: a wrong one ends the benchmark.
    mutating func accept(_ answer: HTTPAnswer) throws
}
