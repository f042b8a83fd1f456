/// An entry's name that is safe to use as a relative path on any system.
struct EntryName: Hashable, Sendable {
    /// The name.
    let text: String
    /// Its UTF-8.
    let bytes: [UInt8]

    /// Checks a name as it stands in a header.
    ///
    /// Refused are: the empty name; what is no UTF-8, or not ASCII without the flag that says UTF-8; control characters and NUL; the backslash,
    /// which is a separator elsewhere; the colon, which makes drives and streams elsewhere; and empty, `.` and `..` components, absolute
    /// paths with them. A slash at the end makes a directory.
    init(checking bytes: [UInt8], isUTF8: Bool, at offset: UInt64) throws(ArchiveError) {
        guard isUTF8 || bytes.allSatisfy({ $0 < 0x80 }), let text = String(validating: bytes, as: UTF8.self) else {
            throw ArchiveError(.unsafeName, "An entry's name is not UTF-8.", at: offset)
        }
        guard !bytes.contains(where: Self.isForbidden) else {
            throw ArchiveError(
                .unsafeName, "An entry's name has a control character, a backslash or a colon.", at: offset)
        }
        let path = bytes.last == UInt8(ascii: "/") ? bytes.dropLast() : bytes[...]
        for component in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard !component.isEmpty, !component.elementsEqual(".".utf8), !component.elementsEqual("..".utf8) else {
                throw ArchiveError(
                    .unsafeName, "An entry's name is empty, absolute or has a component that leads elsewhere.",
                    at: offset)
            }
        }
        self.text = text
        self.bytes = bytes
    }

    /// Whether it names a directory.
    var isDirectory: Bool { bytes.last == UInt8(ascii: "/") }

    /// What no other entry may have too: a file and a directory may not share a path.
    var path: [UInt8] { isDirectory ? Array(bytes.dropLast()) : bytes }

    private static func isForbidden(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: ":")
    }
}
