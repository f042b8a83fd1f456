/// The first four bytes of each record, as little-endian integers (APPNOTE.TXT 6.3.10, section 4.3).
enum Signature {
    /// Section 4.3.7.
    static let localHeader: UInt32 = 0x0403_4B50
    /// Section 4.3.9.3: it may be left out, and stands before each descriptor that we write.
    static let dataDescriptor: UInt32 = 0x0807_4B50
    /// Section 4.3.12.
    static let centralHeader: UInt32 = 0x0201_4B50
    /// Section 4.3.14.
    static let zip64End: UInt32 = 0x0606_4B50
    /// Section 4.3.15.
    static let zip64Locator: UInt32 = 0x0706_4B50
    /// Section 4.3.16.
    static let end: UInt32 = 0x0605_4B50
}
