/// An app: 1 to 64 of `[A-Za-z0-9._-]`, neither `.` nor `..` (spec: protocol.md and security.md).
public struct AppID: Hashable, Sendable, CustomStringConvertible {
    /// The app's name.
    public let text: String

    /// Reads an app's name; nil if it is none.
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), bytes.allSatisfy(AppID.allows), text != ".", text != ".." else {
            return nil
        }
        self.text = String(text)
    }

    public var description: String { text }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
