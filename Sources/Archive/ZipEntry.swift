/// An entry of an archive as its local header announces it.
public struct ZipEntry: Equatable, Sendable {
    /// Its name: a relative path without `.`, `..` and empty components. A slash at the end makes a directory, which has no content.
    public let name: String
    /// How its content is compressed.
    public let method: ZipMethod
    /// When it was modified.
    public let modified: DOSTime
    /// Where its local header is, in bytes from the archive's start.
    public let offset: UInt64
}

/// An entry whose content is complete.
public struct ZipEntrySummary: Equatable, Sendable {
    /// Its name.
    public let name: String
    /// How many bytes its content has.
    public let size: UInt64
    /// How many bytes its compressed content has.
    public let compressedSize: UInt64
    /// The checksum of its content.
    public let crc32: UInt32

    init(name: String, _ descriptor: DataDescriptor) {
        self.name = name
        size = descriptor.size
        compressedSize = descriptor.compressedSize
        crc32 = descriptor.crc32
    }
}

/// How a writer compresses an entry.
public enum ZipCompression: Equatable, Sendable {
    /// Not at all.
    case stored
    /// By deflate, at a level from 1 to 9.
    case deflated(level: Int)

    /// Deflate at level 1.
    public static let fast = ZipCompression.deflated(level: 1)
    /// Deflate at level 6, the usual one.
    public static let dense = ZipCompression.deflated(level: 6)

    var method: ZipMethod {
        switch self {
        case .stored: .stored
        case .deflated: .deflated
        }
    }
}
