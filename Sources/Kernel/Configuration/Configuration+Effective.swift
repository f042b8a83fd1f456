/// One key with the value that is in force.
public struct EffectiveValue: Sendable, Hashable {
    /// `server.cors.origins`; `plugins.backup.apiKeys[0].name` within a list of mappings.
    public let key: String
    /// The value as one would write it in the file, secrets as `<redacted>`.
    public let value: String
    /// Where the value comes from.
    public let location: ConfigLocation
}

extension Configuration {
    /// Every key of every section in the order of the schema, with where its value comes from: what `config show` prints.
    public func effective() -> [EffectiveValue] {
        var values: [EffectiveValue] = []
        Configuration.collect(root, .mapping(schema.root), path: [], into: &values)
        return values
    }

    private static func collect(
        _ node: ConfigNode, _ shape: ConfigShape, path: [String], into values: inout [EffectiveValue]
    ) {
        switch (shape.required, node.content) {
        case (.mapping(let mapping), .mapping):
            for field in mapping.fields {
                if let child = node[field.name] {
                    collect(child, field.shape, path: path + [field.name], into: &values)
                }
            }
        case (.dictionary(let shape), .mapping(let entries)) where !entries.isEmpty:
            for entry in entries { collect(entry.value, shape, path: path + [entry.key], into: &values) }
        case (.list(let shape), .list(let elements)) where elements.contains { !$0.entries.isEmpty }:
            for (index, element) in elements.enumerated() {
                collect(element, shape, path: path + ["\(index)"], into: &values)
            }
        case (let shape, _):
            let value = ConfigText.render(node, shape)
            values.append(EffectiveValue(key: ConfigPath.text(path), value: value, location: node.location))
        }
    }
}

/// Values as one would write them in the file.
enum ConfigText {
    static func render(_ node: ConfigNode, _ shape: ConfigShape) -> String {
        switch (node.content, shape.required) {
        case (.null, _): "null"
        case (_, .secret): Secret.redacted
        case (.scalar(let scalar), .text): quotedWhereNeeded(withoutPassword(scalar.text))
        case (.scalar(let scalar), _): ConfigNode.shown(scalar.text)
        case (.list(let elements), .list(let element)):
            "[\(elements.map { render($0, element) }.joined(separator: ", "))]"
        case (.list(let elements), _): "[\(elements.map { render($0, .any) }.joined(separator: ", "))]"
        case (.mapping(let entries), let shape):
            "{\(entries.map { "\($0.key): \(render($0.value, shape.descendant(at: [$0.key]) ?? .any))" }.joined(separator: ", "))}"
        }
    }

    /// A URL's password (RFC 3986, section 3.2.1) becomes `<redacted>`; other text stays as it is.
    private static func withoutPassword(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
            return text
        }
        return text[...colon] + Secret.redacted + text[at...]
    }

    private static func quotedWhereNeeded(_ text: String) -> String {
        let safe = text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_./:@+=".unicodeScalars.contains($0))
        }
        let isPlain =
            safe && !text.hasSuffix(":") && text.unicodeScalars.first?.properties.isAlphabetic ?? false
            || isAddress(text)
        guard !isPlain || ScalarText.isNull(text) || ScalarText.looksLikeFlag(text) else { return text }
        return JSONText.quoted(text)
    }

    /// `127.0.0.1` is text without quotes.
    private static func isAddress(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isNumber || $0 == "." } && !ScalarText.looksLikeNumber(text)
    }
}
