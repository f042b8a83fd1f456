import Foundation
import Kernel
import Testing

@testable import App

@Suite("Config/mana-sync.yaml")
struct AnnotatedConfigTests {
    static let file = "Config/mana-sync.yaml"

    /// Keys whose commented line is an example, since they have no default, and what the line stands for.
    static let examples = [
        "auth.jwksURL": AuthConfig.localJWKSURL, "auth.issuer": "https://auth.example.org",
        "auth.audience": "mana-sync", "plugins.billing.serviceKey": "<redacted>",
        "plugins.billing.serviceKeyFile": #""/run/secrets/mana-service-key""#,
        "plugins.spaces.serviceKey": "<redacted>",
        "plugins.spaces.serviceKeyFile": #""/run/secrets/mana-service-key""#,
        "plugins.backup.schedule": #""0 3 * * *""#, "plugins.backup.s3.bucket": "backups",
        "plugins.backup.s3.accessKeyID": "AKIDEXAMPLE", "plugins.backup.s3.secretAccessKey": "<redacted>",
        "plugins.backup.s3.secretAccessKeyFile": #""/run/secrets/s3""#,
        "storage.postgres.url": #""postgres://mana_sync@localhost/mana_sync?sslmode=verify-full""#,
        "storage.postgres.passwordFile": #""/run/secrets/postgres""#,
        "storage.postgres.listenURL": "postgres://mana_sync@db/mana_sync",
    ]

    /// The file with `# key: value` made `key: value` throughout. A sentence has more than one word before its colon.
    static func uncommented() throws -> String {
        try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let match = line.wholeMatch(of: /( *)# ([A-Za-z0-9]+:( .*)?)/) else { return String(line) }
            return String(match.1 + match.2)
        }.joined(separator: "\n")
    }

    static func effective(_ text: String) throws -> [EffectiveValue] {
        try Configuration.load(Composition.catalog.schema, file: nil, text: text).effective()
    }

    @Test("Every line that is commented out says the default")
    func defaults() throws {
        let defaults = Dictionary(uniqueKeysWithValues: try Self.effective("{}").map { ($0.key, $0.value) })
        let live = Dictionary(
            uniqueKeysWithValues: try Self.effective(try Repository.text(Self.file)).map { ($0.key, $0.location) })
        for value in try Self.effective(try Self.uncommented()) where live[value.key] == .default {
            #expect(value.value == Self.examples[value.key] ?? defaults[value.key], "\(value.key)")
        }
    }

    @Test("The examples are of keys without a default")
    func examples() throws {
        let defaults = try Self.effective("{}").filter { Self.examples.keys.contains($0.key) }
        #expect(defaults.count == Self.examples.count)
        #expect(defaults.allSatisfy { $0.value == "null" })
    }

    @Test("Every key that there is stands in the file, as a line or commented out")
    func complete() throws {
        let missing = try Self.effective(try Self.uncommented())
            .filter { $0.location == .default && !$0.key.hasSuffix(".onFailure") }.map(\.key)
        #expect(missing == [])
        #expect(
            try Repository.text(Self.file).contains(
                "onFailure: refuse (the server does not start without it) or degrade"))
    }

    @Test("It makes a server as it is")
    func plans() throws {
        let plan = try Composition.plan(try Repository.text(Self.file))
        #expect(plan.openTraits.map(\.name) == ["metered"])
        #expect(
            plan.disabled.map(\.id) == ["billing", "spaces"], "what needs an outside service is off, and nothing else")
    }

    @Test(
        "Every variable that it names is read",
        arguments: [
            ("PORT", "1", "server.port"), ("HOST", "::1", "server.host"), ("JWKS_URL", "http://a/", "auth.jwksURL"),
            ("DATABASE_URL", "postgres://a/b", "storage.postgres.url"),
            ("DATABASE_URL", "postgresql://a/b", "storage.engine"),
            ("DATABASE_URL", "sqlite:a", "storage.sqlite.path"), ("CORS_ORIGINS", "http://a", "server.cors.origins"),
            ("MANA_CREDITS_URL", "http://a", "plugins.billing.creditsURL"),
            ("MANA_SERVICE_KEY", "a", "plugins.billing.serviceKey"),
            ("BILLING_EXEMPT_APPS", "a", "plugins.billing.exemptApps"),
            ("MANA_API_KEYS", "ops:0123456789abcdef", "plugins.backup.apiKeys"),
        ])
    func variables(name: String, value: String, key: String) throws {
        #expect(try Repository.text(Self.file).contains(name))
        let configuration = try Configuration.load(
            Composition.catalog.schema, file: Repository.path(Self.file), environment: [name: value])
        #expect(configuration.location(of: key) == .environment(variable: name))
    }
}
