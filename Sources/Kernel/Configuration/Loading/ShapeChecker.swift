/// Compares one layer of the configuration with the shape it must have: keeps what is right, reports what is not.
struct ShapeChecker {
    private(set) var diagnostics: [ConfigDiagnostic] = []
    /// The keys whose value was dropped.
    private(set) var rejected: Set<String> = []

    /// The part of `node` that is as `shape` demands; nil where nothing is.
    mutating func check(_ node: ConfigNode, _ shape: ConfigShape, path: [String] = []) -> ConfigNode? {
        switch (shape, node.content) {
        case (.optional, .null), (.any, _): return node
        case (.optional(let shape), _): return check(node, shape, path: path)
        case (.mapping(let mapping), .mapping(let entries)):
            return ConfigNode(.mapping(check(entries, mapping, path: path)), at: node.location)
        case (.dictionary(let shape), .mapping(let entries)):
            let kept = entries.compactMap { entry in
                check(entry.value, shape, path: path + [entry.key]).map {
                    ConfigNode.Entry(key: entry.key, keyLocation: entry.keyLocation, value: $0)
                }
            }
            return ConfigNode(.mapping(kept), at: node.location)
        case (.list(let shape), .list(let elements)):
            let kept = elements.enumerated().compactMap { check($1, shape, path: path + ["\($0)"]) }
            // A list that lost an element means something else than was written.
            return kept.count == elements.count ? ConfigNode(.list(kept), at: node.location) : nil
        case (.mapping, .null), (.dictionary, .null):
            // `server:` with nothing below it, every key commented out.
            return nil
        case (_, .scalar(let scalar)):
            if let problem = ScalarChecker(shape: shape, scalar: scalar).problem {
                reject(path, at: node.location, problem)
                return nil
            }
            return node
        default:
            let hint = node.isNull ? "; remove the key to have its default" : ""
            reject(
                path, at: node.location,
                "expected \(shape.wording), found \(node.wording(isSecret: shape.isSecret))\(hint)")
            return nil
        }
    }

    private mutating func check(_ entries: [ConfigNode.Entry], _ mapping: ConfigShape.Mapping, path: [String])
        -> [ConfigNode.Entry]
    {
        let names = mapping.fields.map(\.name)
        return entries.compactMap { entry in
            guard let field = mapping.fields.first(where: { $0.name == entry.key }) else {
                let place = path.isEmpty || mapping.noun != "key" ? "" : " in \(ConfigPath.text(path))"
                let hint = NearestName.hint(for: entry.key, among: names, noun: mapping.noun)
                let message = "unknown \(mapping.noun) '\(ConfigNode.shown(entry.key))'\(place)\(hint)"
                diagnostics.append(ConfigDiagnostic(location: entry.keyLocation, message: message))
                return nil
            }
            return check(entry.value, field.shape, path: path + [entry.key]).map {
                ConfigNode.Entry(key: entry.key, keyLocation: entry.keyLocation, value: $0)
            }
        }
    }

    private mutating func reject(_ path: [String], at location: ConfigLocation, _ message: String) {
        let text = ConfigPath.text(path)
        rejected.insert(text)
        diagnostics.append(
            ConfigDiagnostic(location: location, message: text.isEmpty ? message : "\(text): \(message)"))
    }
}

/// Dotted names of keys.
enum ConfigPath {
    /// `plugins.backup.apiKeys[0].name`
    static func text(_ path: [String]) -> String {
        path.reduce(into: "") { text, step in
            if Int(decimalDigits: step) != nil {
                text += "[\(step)]"
            } else {
                text += text.isEmpty ? step : ".\(step)"
            }
        }
    }

    /// The steps of a dotted name. `a[0].b` and `a.0.b` are the same.
    static func steps(_ text: String) -> [String] {
        text.split(whereSeparator: { ".[]".contains($0) }).map(String.init)
    }
}
