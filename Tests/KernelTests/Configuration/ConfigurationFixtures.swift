import Kernel

/// A plugin's section with one key of every type.
struct SampleConfig: ConfigSection, Equatable {
    var text = "a"
    var flag = true
    var count = 3
    var small: UInt8 = 7
    var ratio = 0.5
    var every: Duration = .seconds(90)
    var size = ByteSize.kibibytes(64)
    var color = Color.red
    var secret: Secret?
    var optionalText: String? = "x"
    var optionalCount: Int?
    var names = ["a", "b"]
    var numbers: [Int] = []
    var keys: [ApiKey] = []
    var labels: [String: Int] = [:]
    var inner = Inner()
    var target: Target?
    var retry: Retry?
    var custom = Even()

    enum Color: String, CaseIterable, Codable { case red, green, blue }

    struct ApiKey: Codable, Equatable {
        var name: String
        var key: Secret?
        var color: Color?
    }

    struct Inner: Codable, Equatable {
        var depth = 1
        var deeper = Deeper()

        struct Deeper: Codable, Equatable { var on = false }
    }

    struct Target: Codable, Equatable {
        var bucket: String
        var region: String?
    }

    struct Retry: ConfigSection, Equatable {
        var attempts = 3
        var wait: Duration = .milliseconds(250)
    }

    /// Decodes itself, and refuses odd numbers.
    struct Even: Codable, Equatable {
        var value = 2

        struct Odd: Error {}

        init() {}

        init(from decoder: any Decoder) throws {
            value = try decoder.singleValueContainer().decode(Int.self)
            if value % 2 != 0 { throw Odd() }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(value)
        }
    }

    func validate(_ check: inout ConfigCheck) {
        check.require(count < 100, "count", "must be below 100")
        check.require(inner.depth < 10, "inner.depth", "must be below 10")
        check.require(names.count > 0, "names", "must not be empty")
    }

    static var environment: [EnvironmentBinding] {
        [
            EnvironmentBinding("SAMPLE_TEXT", "plugins.sample.text"),
            EnvironmentBinding("SAMPLE_FLAG", "plugins.sample.flag"),
            EnvironmentBinding("SAMPLE_OPTIONAL", "plugins.sample.optionalText"),
            EnvironmentBinding("SAMPLE_NAMES", "plugins.sample.names"),
            EnvironmentBinding("SAMPLE_NUMBERS", "plugins.sample.numbers"),
            EnvironmentBinding("SHARED_SECRET", "plugins.sample.secret"),
            EnvironmentBinding("SAMPLE_EVERY", "plugins.sample.every"),
            EnvironmentBinding("SAMPLE_KEYS", parseKeys),
            EnvironmentBinding("SAMPLE_WRONG_PATH", "plugins.sample.nothing"),
        ]
    }

    @Sendable
    private static func parseKeys(_ text: String) throws(ConfigValueError) -> [(path: String, value: ConfigValue)] {
        var keys: [ConfigValue] = []
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: ":").map { ConfigValue.scalar(String($0)) }
            guard parts.count == 2 else { throw ConfigValueError("expected name:key,name:key") }
            keys.append(.mapping([("name", parts[0]), ("key", parts[1])]))
        }
        return [("plugins.sample.keys", .list(keys)), ("plugins.sample.count", .scalar("\(keys.count)"))]
    }
}

/// Another plugin's section, which shares a variable with the first.
struct OtherConfig: ConfigSection {
    var secret: Secret?

    static var environment: [EnvironmentBinding] { [EnvironmentBinding("SHARED_SECRET", "plugins.other.secret")] }
}

enum Fixtures {
    static let schema: ConfigSchema = {
        var schema = ConfigSchema()
        schema.add(ServerConfig.self, at: "server")
        schema.add(LogConfig.self, at: "log")
        schema.add(AuthConfig.self, at: "auth")
        schema.add(KernelConfig.self, at: "kernel")
        schema.add(SampleConfig.self, at: "plugins.sample", switchable: true)
        schema.add(OtherConfig.self, at: "plugins.other", switchable: true)
        return schema
    }()

    static func load(
        _ text: String = "", environment: [String: String] = [:], overrides: [ConfigOverride] = []
    ) throws(ConfigurationErrors) -> Configuration {
        try Configuration.load(schema, file: nil, text: text, environment: environment, overrides: overrides)
    }

    /// What is printed about a broken configuration; one empty line where it is none.
    static func errors(
        _ text: String, environment: [String: String] = [:], overrides: [ConfigOverride] = []
    ) -> [String] {
        do {
            _ = try load(text, environment: environment, overrides: overrides)
            return []
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    static func sample(_ text: String) throws -> SampleConfig {
        try load("plugins:\n  sample:\n" + text.split(separator: "\n").map { "    \($0)\n" }.joined())
            .section(SampleConfig.self, at: "plugins.sample")
    }
}
