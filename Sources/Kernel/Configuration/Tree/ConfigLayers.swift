/// How the layers of the configuration are laid upon each other.
enum ConfigLayers {
    /// `upper` over `lower`: mappings by key, everything else as a whole. A place in the file stays that of the file.
    static func overlay(_ upper: ConfigNode, over lower: ConfigNode?) -> ConfigNode {
        guard let lower, case .mapping(var entries) = lower.content, case .mapping(let above) = upper.content else {
            return upper
        }
        for entry in above {
            if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                entries[index].value = overlay(entry.value, over: entries[index].value)
            } else {
                entries.append(entry)
            }
        }
        return ConfigNode(.mapping(entries), at: lower.location)
    }

    /// `node` with the defaults of every key that is not there. Reports keys that are neither there nor have a default.
    static func complete(
        _ node: ConfigNode?, _ shape: ConfigShape, defaults: ConfigNode?, path: [String],
        missing: inout [ConfigDiagnostic]
    ) -> ConfigNode {
        guard let node else {
            if let defaults, !defaults.isNull, case .mapping = shape.required {
                return complete(
                    ConfigNode(.mapping([])), shape, defaults: defaults, path: path, missing: &missing)
            }
            return defaults ?? ConfigNode(.null)
        }
        switch (shape.required, node.content) {
        case (.mapping(let mapping), .mapping):
            let defaults = defaults.flatMap { $0.isNull ? nil : $0 } ?? mapping.defaults
            var entries: [ConfigNode.Entry] = []
            for field in mapping.fields {
                let written = node.entries.first { $0.key == field.name }
                let initial = defaults?[field.name]
                if written == nil, initial == nil, !field.shape.isOptional {
                    let message = "\(ConfigPath.text(path)) needs the key '\(field.name)'"
                    missing.append(ConfigDiagnostic(location: node.location, message: message))
                    continue
                }
                let value = complete(
                    written?.value, field.shape, defaults: initial, path: path + [field.name], missing: &missing)
                let entry = ConfigNode.Entry(
                    key: field.name, keyLocation: written?.keyLocation ?? .default, value: value)
                entries.append(entry)
            }
            return ConfigNode(.mapping(entries), at: node.location)
        case (.list(let element), .list(let elements)):
            let completed = elements.enumerated().map {
                complete($1, element, defaults: nil, path: path + ["\($0)"], missing: &missing)
            }
            return ConfigNode(.list(completed), at: node.location)
        case (.dictionary(let value), .mapping(let entries)):
            let completed = entries.map { entry in
                let value = complete(entry.value, value, defaults: nil, path: path + [entry.key], missing: &missing)
                return ConfigNode.Entry(key: entry.key, keyLocation: entry.keyLocation, value: value)
            }
            return ConfigNode(.mapping(completed), at: node.location)
        default:
            return node
        }
    }
}
