import Kernel

extension PercentEncoding {
    /// `text` as one segment of a path: all but RFC 3986's unreserved characters are escaped (section 2.3).
    ///
    /// Nil where no escaping helps: an empty segment, and the dot segments that URLs are normalised by (section 5.2.4).
    static func segment(_ text: String) -> String? {
        guard !text.isEmpty, text != ".", text != ".." else { return nil }
        var segment: [UInt8] = []
        segment.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                segment.append(byte)
            default:
                segment += [UInt8(ascii: "%"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
            }
        }
        return String(decoding: segment, as: UTF8.self)
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)
}
