/// A SHA-256 digest (FIPS 180-4) as a value of fixed size, without allocation.
public struct SHA256Digest: Hashable, Sendable {
    /// The 32 bytes as four words, each in the order in which memory holds it.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// How many bytes a digest has.
    public static let byteCount = 32

    /// The digest whose 32 bytes are `bytes`.
    ///
    /// - Returns: `nil` if there are not exactly 32.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init { $0.copyBytes(from: bytes) }
    }

    /// The digest that `fill` writes into 32 zero bytes.
    init<Failure: Error>(fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        try withUnsafeMutableBytes(of: &words) { (bytes) throws(Failure) in try fill(bytes) }
        self.words = words
    }

    /// Calls `body` with the 32 bytes.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Swift.withUnsafeBytes(of: words, body)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        withUnsafeBytes { [UInt8]($0) }
    }

    /// Whether both are the same 32 bytes; for digests of secrets see ``equalsInConstantTime(_:)``.
    public static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
        left.words == right.words
    }

    /// Feeds half of the bytes, which are as good as random, to `hasher`.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }

    /// Whether both are the same, in a time that does not depend on where they differ: for digests of secrets.
    public func equalsInConstantTime(_ other: SHA256Digest) -> Bool {
        let (left, right) = (words, other.words)
        let difference =
            (left.0 ^ right.0) | (left.1 ^ right.1) | (left.2 ^ right.2) | (left.3 ^ right.3)
        return difference == 0
    }
}
