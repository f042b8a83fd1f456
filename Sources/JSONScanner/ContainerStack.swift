/// The kinds of the containers that are open, one bit each, without allocation.
struct ContainerStack {
    /// The most levels that the stack can hold.
    static let capacity = 512

    private(set) var depth = 0
    /// The bits of the innermost 1 to 64 levels; a set bit is an object.
    private var top: UInt64 = 0
    /// The full words below `top`.
    private var lower = SIMD8<UInt64>()

    /// Whether the innermost open container is an object.
    @inline(__always)
    var isInObject: Bool { depth > 0 && top & 1 == 1 }

    /// Whether the innermost open container is an array.
    @inline(__always)
    var isInArray: Bool { depth > 0 && top & 1 == 0 }

    /// Opens a container. The caller keeps `depth` below `capacity`.
    @inline(__always)
    mutating func push(object: Bool) {
        if depth & 63 == 0, depth > 0 { lower[depth >> 6 - 1] = top }
        top = top << 1 | (object ? 1 : 0)
        depth += 1
    }

    /// Closes the innermost container. The caller knows that there is one.
    @inline(__always)
    mutating func pop() {
        depth -= 1
        top >>= 1
        if depth & 63 == 0, depth > 0 { top = lower[depth >> 6 - 1] }
    }
}
