/// One section of the configuration file as a value: `init()` is the defaults (spec: kernel.md, "Configuration").
///
/// Every stored property is a `var` with a default, so that the synthesized `Codable` describes the whole section: its keys, their
/// types and their defaults. Besides the standard scalar types a property may be a `Duration`, a ``ByteSize``, a ``Secret``, an
/// enum with text raw values (`CaseIterable`, so that a bad case can list the good ones), an optional, a list, a dictionary with
/// text keys, or a nested `Codable` struct. A struct that is the element of a list, or an optional's value, is strict about its
/// own keys too; its keys have defaults where it is itself a `ConfigSection`, and are otherwise required unless optional.
public protocol ConfigSection: Codable, Sendable {
    /// The defaults.
    init()

    /// Reports values that are of the right type and yet impossible. Runs on the merged section, also where it is switched off.
    /// Does no I/O.
    func validate(_ check: inout ConfigCheck)

    /// The environment variables that set keys of this section, or of others.
    static var environment: [EnvironmentBinding] { get }
}

extension ConfigSection {
    /// Accepts every value.
    public func validate(_ check: inout ConfigCheck) {}

    /// No variables.
    public static var environment: [EnvironmentBinding] { [] }
}

/// Collects what ``ConfigSection/validate(_:)`` finds.
public struct ConfigCheck {
    /// What is wrong, and with which key relative to the section.
    struct Finding {
        let key: String
        let message: String
    }

    private(set) var findings: [Finding] = []

    /// Demands `condition` of the value of `key`.
    /// - Parameters:
    ///   - key: relative to the section, for example `cors.origins`. The error carries the place where it was set.
    ///   - message: what the value must be, for example `must be from 0 to 65535`; never a secret.
    public mutating func require(_ condition: Bool, _ key: String, _ message: String) {
        if !condition { findings.append(Finding(key: key, message: message)) }
    }
}
