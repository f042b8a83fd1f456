import Kernel
import KernelTesting
import StoragePlugin
import SyncPlugin
import Testing

@Suite("The configuration of live delivery")
struct LiveConfigTests {
    /// What a section of the plugin is refused with; nothing where it is good.
    static func refusal(of section: String) throws -> String? {
        do {
            _ = try PluginHarness(
                plugins: [StoragePlugin.self, SyncPlugin.self, TestIssuerPlugin.self],
                yaml: """
                    kernel: {unfulfilled: [metered]}
                    plugins: {testIssuer: {enabled: true}, sync: {enabled: true, \(section)}}
                    """)
            return nil
        } catch let errors as ConfigurationErrors {
            return "\(errors)"
        }
    }

    @Test(
        "is refused out of its ranges, naming the key",
        arguments: [
            ("heartbeat: 500ms", "heartbeat"), ("authTimeout: 0s", "authTimeout"), ("pingEvery: 0s", "pingEvery"),
            ("silentAfter: 30s", "silentAfter"), ("maxMessage: 9KiB", "maxMessage"), ("maxMessage: 2MiB", "maxMessage"),
            ("maxSocketsPerUser: 0", "maxSocketsPerUser"), ("maxStreamsPerUser: 0", "maxStreamsPerUser"),
            ("maxUnauthenticated: 0", "maxUnauthenticated"),
        ])
    func ranges(section: String, key: String) throws {
        #expect(try Self.refusal(of: section)?.contains("plugins.sync.\(key)") == true)
    }

    @Test(
        "is taken within them",
        arguments: [
            "heartbeat: 1s", "authTimeout: 1s, pingEvery: 1s, silentAfter: 2s", "maxMessage: 10KiB",
            "maxMessage: 1MiB", "maxSocketsPerUser: 1, maxStreamsPerUser: 1, maxUnauthenticated: 1",
        ])
    func good(section: String) throws {
        #expect(try Self.refusal(of: section) == nil)
    }
}
