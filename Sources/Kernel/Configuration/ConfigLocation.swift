/// Where a value of the configuration comes from.
public enum ConfigLocation: Sendable, Hashable {
    /// The file, with the line and the column counted from 1, columns in Unicode scalars. Line 0 is the file as a whole.
    case file(name: String, line: Int, column: Int)
    /// An environment variable.
    case environment(variable: String)
    /// A flag on the command line, as it is typed.
    case flag(name: String)
    /// Nowhere: it is the default.
    case `default`
}

extension ConfigLocation: CustomStringConvertible {
    /// `Config/mana-sync.yaml:12:5`, `environment variable PORT`, `--port` or `default`.
    public var description: String {
        switch self {
        case .file(let name, line: 0, _): name
        case .file(let name, let line, let column): "\(name):\(line):\(column)"
        case .environment(let variable): "environment variable \(variable)"
        case .flag(let name): name
        case .default: "default"
        }
    }
}

extension ConfigLocation: Comparable {
    /// The order in which errors are printed: the file from top to bottom, then variables and flags by name, then defaults.
    public static func < (left: ConfigLocation, right: ConfigLocation) -> Bool {
        left.order < right.order
    }

    private var order: (Int, String, Int, Int) {
        switch self {
        case .file(let name, let line, let column): (0, name, line, column)
        case .environment(let variable): (1, variable, 0, 0)
        case .flag(let name): (2, name, 0, 0)
        case .default: (3, "", 0, 0)
        }
    }
}
