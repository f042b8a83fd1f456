/// The compression methods that are written and read (APPNOTE.TXT 6.3.10, section 4.4.5).
public enum ZipMethod: UInt16, Sendable, CaseIterable {
    /// The content as it is.
    case stored = 0
    /// Deflate (RFC 1951).
    case deflated = 8
}
