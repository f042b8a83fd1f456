import Kernel

/// The `file://` URIs of one directory, strictly: one artifact has one URI, and nothing else is one.
struct FileURI {
    /// The directory's absolute path with its links resolved, without a slash at its end.
    let directory: String

    /// The URI of an artifact.
    func text(of key: ArtifactKey) -> String {
        "file://\(Self.escaped(directory))/\(key)"
    }

    /// The artifact that a URI names.
    ///
    /// - Throws: `foreignURI` for another scheme, a host, a query, an escape that need not be one, and every path but that of a key in the directory.
    func key(of uri: ArtifactURI) throws(ArtifactError) -> ArtifactKey {
        let prefix = "file://\(Self.escaped(directory))/"
        guard uri.description.hasPrefix(prefix),
            let key = ArtifactKey(String(uri.description.dropFirst(prefix.count)))
        else {
            throw ArtifactError(.foreignURI, "The URI names no artifact of the backup directory.")
        }
        return key
    }

    /// The path with all bytes escaped that may not stand in a URI's path as they are (RFC 3986, section 3.3).
    private static func escaped(_ path: String) -> String {
        var text: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"), UInt8(ascii: "~"):
                text.append(byte)
            default:
                text += [UInt8(ascii: "%"), Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
