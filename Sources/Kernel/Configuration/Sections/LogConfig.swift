public import Logging

/// The section `log` (spec: operations.md, "Health, metrics, logs").
public struct LogConfig: ConfigSection {
    /// The least important messages that are still written.
    public var level = Logger.Level.info
    /// How a message is written.
    public var format = Format.auto

    /// How a message is written.
    public enum Format: String, CaseIterable, Codable, Sendable {
        /// Text on a terminal, JSON otherwise.
        case auto
        /// A line for people.
        case text
        /// A JSON object a line.
        case json
    }

    /// The defaults.
    public init() {}
}
