/// The name of an artifact: 1 to 128 of `[A-Za-z0-9._-]`, without `..` (spec: backup.md, "Where artifacts live").
public struct ArtifactKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name itself.
    public let description: String

    /// Nil unless `text` follows the rule.
    public init?(_ text: String) {
        guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed), text != ".",
            !text.contains("..")
        else { return nil }
        description = text
    }

    public static func < (left: ArtifactKey, right: ArtifactKey) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
