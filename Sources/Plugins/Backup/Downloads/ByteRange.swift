/// The part of a file that a request asks for by `Range` (RFC 9110, section 14.2).
enum ByteRange: Equatable, Sendable {
    /// All of it: the request names no range, or none that this server serves.
    case whole
    /// A part that is there.
    case part(Range<UInt64>)
    /// A part that is not there.
    case unsatisfiable

    /// Reads the header of a request for a file of `size` bytes. What is no single range of bytes counts as absent, as the RFC allows.
    init(_ header: String?, size: UInt64) {
        self = .whole
        guard let header, header.lowercased().hasPrefix("bytes=") else { return }
        let parts = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy(Self.isDigit) }) else { return }
        switch (UInt64(parts[0]), UInt64(parts[1])) {
        case (nil, let count?) where parts[0].isEmpty:
            self = count == 0 || size == 0 ? .unsatisfiable : .part((size - min(count, size))..<size)
        case (let first?, nil) where parts[1].isEmpty:
            self = first < size ? .part(first..<size) : .unsatisfiable
        case (let first?, let last?) where first <= last:
            self = first < size ? .part(first..<(min(last, size - 1) + 1)) : .unsatisfiable
        default: break
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
