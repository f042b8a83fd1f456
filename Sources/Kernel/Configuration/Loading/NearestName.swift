/// Proposes what a misspelt name was meant to be.
enum NearestName {
    /// The candidate with the fewest edits to `name`, letter case aside, of equally near ones the first; where none is within a
    /// third of its length, the first that `name` begins (`warn`, `warning`), or nil.
    static func of(_ name: String, among candidates: [String]) -> String? {
        // Nobody misspells a name by making it a page long, and the comparison is quadratic.
        guard name.utf8.count <= 64 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = editDistance(
                Array(name.lowercased().unicodeScalars), Array(candidate.lowercased().unicodeScalars))
            let allowed = max(1, max(name.unicodeScalars.count, candidate.unicodeScalars.count) / 3)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard best == nil, name.utf8.count >= 3 else { return best?.name }
        return candidates.first { $0.lowercased().hasPrefix(name.lowercased()) }
    }

    /// `; did you mean 'host'?`, or the valid names where none is near.
    static func hint(for name: String, among candidates: [String], noun: String) -> String {
        if let nearest = of(name, among: candidates) { return "; did you mean '\(nearest)'?" }
        return candidates.isEmpty
            ? "; there are no \(noun)s" : "; the \(noun)s are \(candidates.joined(separator: ", "))"
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let substitution = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var cost = min(previous[column] + 1, current[column - 1] + 1, substitution)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, beforePrevious[column - 2] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
