/// A route's path as segments: `/sync/{appId}/pull`.
struct PathTemplate: Hashable, Sendable {
    enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter(String)
    }

    let segments: [Segment]

    /// Reads a template; nil if it does not begin with `/`, has an empty segment or parameter, or one parameter twice. `/` has no
    /// segments. Parameters are named with letters, digits and `_`; literal segments are characters of a URI's path that mean
    /// themselves (RFC 3986 section 3.3), neither `.` nor `..`, which clients resolve.
    init?(_ text: String) {
        guard text.hasPrefix("/") else { return nil }
        if text == "/" {
            segments = []
            return
        }
        var segments: [Segment] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.isEmpty else { return nil }
            if part.hasPrefix("{"), part.hasSuffix("}") {
                let name = part.dropFirst().dropLast()
                guard !name.isEmpty, name.utf8.allSatisfy(PathTemplate.isNameByte) else { return nil }
                segments.append(.parameter(String(name)))
            } else {
                guard part != ".", part != "..", part.utf8.allSatisfy(PathTemplate.isLiteralByte) else { return nil }
                segments.append(.literal(String(part)))
            }
        }
        self.segments = segments
        guard Set(parameterNames).count == parameterNames.count else { return nil }
    }

    var parameterNames: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isLiteralByte(_ byte: UInt8) -> Bool {
        isNameByte(byte) || "-.~!$&'()*+,;=:@".utf8.contains(byte)
    }

    /// Whether some path fits both templates, in which case it would depend on the order of registration which route takes it.
    func overlaps(_ other: PathTemplate) -> Bool {
        guard segments.count == other.segments.count else { return false }
        return zip(segments, other.segments).allSatisfy { left, right in
            switch (left, right) {
            case (.literal(let left), .literal(let right)): left == right
            default: true
            }
        }
    }
}
