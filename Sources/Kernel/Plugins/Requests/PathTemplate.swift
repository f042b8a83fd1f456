/// A route's path as segments: `/sync/{appId}/pull`.
struct PathTemplate: Hashable, Sendable {
    enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter(String)
    }

    let segments: [Segment]

    /// Reads a template; nil if it does not begin with `/`, has an empty segment or parameter, or one parameter twice. `/` has no
    /// segments.
    init?(_ text: String) {
        guard text.hasPrefix("/") else { return nil }
        if text == "/" {
            segments = []
            return
        }
        var segments: [Segment] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.isEmpty else { return nil }
            if part.hasPrefix("{"), part.hasSuffix("}"), part.count > 2 {
                segments.append(.parameter(String(part.dropFirst().dropLast())))
            } else if part.contains("{") || part.contains("}") || part.contains("%") {
                return nil
            } else {
                segments.append(.literal(String(part)))
            }
        }
        self.segments = segments
        guard Set(parameterNames).count == parameterNames.count else { return nil }
    }

    var parameterNames: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
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
