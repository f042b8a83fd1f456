/// An environment variable that sets keys (spec: operations.md, "Environment variables").
///
/// Paths are absolute, `server.port`, so that one variable may be bound by several sections, and one binding may set several keys.
/// A variable that is not set does nothing. A bad value is an error that names the variable.
public struct EnvironmentBinding: Sendable {
    typealias Parser = @Sendable (String) throws(ConfigValueError) -> [(path: String, value: ConfigValue)]

    enum Meaning: Sendable {
        case text(path: String)
        case parsed(Parser)
    }

    let variable: String
    let meaning: Meaning

    /// The variable's text is the value of the key at `path`; where that is a list, its elements separated by commas, without
    /// the white space around them.
    ///
    /// An empty variable (`PORT=`) unsets an optional text or secret, empties a list, and is a bad value for any other key.
    public init(_ variable: String, _ path: String) {
        self.variable = variable
        meaning = .text(path: path)
    }

    /// The variable's text is taken apart by `parse`, which is also called with an empty one.
    public init(
        _ variable: String,
        _ parse: @escaping @Sendable (String) throws(ConfigValueError) -> [(path: String, value: ConfigValue)]
    ) {
        self.variable = variable
        meaning = .parsed(parse)
    }
}

/// A command-line flag that sets a key; it wins over the file and the environment.
public struct ConfigOverride: Sendable, Hashable {
    let flag: String
    let path: String
    let value: String

    /// - Parameters:
    ///   - flag: as it is typed, `--port`, for error messages and `config show`.
    ///   - path: the key, `server.port`.
    ///   - value: read like the text of an environment variable, see ``EnvironmentBinding/init(_:_:)-(String,String)``.
    public init(flag: String, path: String, value: String) {
        self.flag = flag
        self.path = path
        self.value = value
    }
}
