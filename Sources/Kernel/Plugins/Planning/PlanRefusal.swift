/// One reason why a configuration makes no server, with what to do about it.
public struct PlanRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong; it names everyone concerned.
    public let message: String
    /// What the deployer or the plugin's author can do.
    public let remedy: String

    /// A refusal of its parts.
    public init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(message)\n  \(remedy)" }
}

/// All the reasons why a configuration makes no server.
public struct PlanRefusals: Error, Sendable, CustomStringConvertible {
    /// At least one.
    public let refusals: [PlanRefusal]

    public var description: String { refusals.map(\.description).joined(separator: "\n") }
}
