/// Finds files whose aliases would expand without measure ("billion laughs") before the parser sees them: it compares the keys
/// of mappings with their aliases written out, so that the work can double with every line.
///
/// This counts what looks like an alias of something that looks like an anchor, also within quotes; the few that pass do no harm
/// and are refused by ``YAMLReader``, which knows quotes.
struct YAMLAliases {
    let source: ConfigSource

    /// With this many the largest expansion is 3^5 of the values.
    private static let limit = 16

    /// The place of the first alias, where there are more than a text has by accident.
    var firstOfTooMany: ConfigLocation? {
        var anchors: Set<Substring> = []
        var aliases: [Substring] = []
        for line in Substring(source.text).utf8.split(separator: UInt8(ascii: "\n")) {
            guard line.first(where: { $0 != UInt8(ascii: " ") }) != UInt8(ascii: "#") else { continue }
            let words = line.split { " \t\r[]{},:\"'".utf8.contains($0) }
            anchors.formUnion(words.filter { $0.first == UInt8(ascii: "&") }.map { Substring($0.dropFirst()) })
            aliases += words.filter { $0.first == UInt8(ascii: "*") && $0.count > 1 }.map { Substring($0) }
        }
        let suspects = aliases.filter { anchors.contains($0.dropFirst()) }
        guard suspects.count > YAMLAliases.limit, let first = suspects.first else { return nil }
        return source.location(ofByte: source.text.utf8.distance(from: source.text.startIndex, to: first.startIndex))
    }
}
