import NIOCore

/// Writes bytes one after another into memory whose size the caller has computed.
///
/// Going beyond it is a fault of the program and stops it, never a write out of bounds.
struct ByteWriter {
    private let target: UnsafeMutableRawBufferPointer
    /// How many bytes have been written.
    private(set) var count = 0

    fileprivate init(_ target: UnsafeMutableRawBufferPointer) {
        self.target = target
    }

    @inline(__always)
    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        precondition(bytes.count <= target.count &- count, "a byte writer's capacity was computed too small")
        UnsafeMutableRawBufferPointer(rebasing: target[count..<count &+ bytes.count])
            .copyMemory(from: UnsafeRawBufferPointer(start: source, count: bytes.count))
        count &+= bytes.count
    }

    @inline(__always)
    mutating func write(_ literal: StaticString) {
        write(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func write(_ byte: UInt8) {
        precondition(count < target.count, "a byte writer's capacity was computed too small")
        target[count] = byte
        count &+= 1
    }

    /// Takes back all that was written after the first `count` bytes.
    mutating func rewind(to count: Int) {
        precondition(count <= self.count, "a byte writer goes back, not forth")
        self.count = count
    }

    /// Lets `fill` write `capacity` bytes in place, all of them.
    @inline(__always)
    mutating func write(exactly capacity: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        precondition(capacity <= target.count &- count, "a byte writer's capacity was computed too small")
        fill(UnsafeMutableRawBufferPointer(rebasing: target[count..<count &+ capacity]))
        count &+= capacity
    }
}

extension ByteBuffer {
    /// Appends what `body` writes, at most `capacity` bytes, with one check of the buffer's room.
    @inline(__always)
    mutating func write(atMost capacity: Int, _ body: (inout ByteWriter) -> Void) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { target in
            var writer = ByteWriter(target)
            body(&writer)
            return writer.count
        }
    }
}
