import Kernel
import Logging
import Testing

@Suite("The kernel's own sections")
struct KernelSectionsTests {
    @Test("are valid by default")
    func defaults() throws {
        let configuration = try Fixtures.load()
        let auth = configuration.section(AuthConfig.self, at: "auth")
        #expect(auth.leeway == .seconds(30))
        #expect(auth.staleKeysFor == .seconds(86_400))
        #expect(configuration.section(LogConfig.self, at: "log").level == .info)
    }

    @Test(
        "refuse what a server cannot run with",
        arguments: [
            ("server: {port: 65536}", "1:16: server.port: must be from 0 to 65535"),
            ("server: {host: ''}", "1:16: server.host: must not be empty"),
            ("server: {maxBody: 1}", "1:19: server.maxBody: must be from 1KiB to 1GiB"),
            (
                "server: {maxAnswerMemory: 1MiB}",
                "1:27: server.maxAnswerMemory: must be at least 16MiB, and at least maxBody"
            ),
            ("server: {headerTimeout: 0s}", "1:25: server.headerTimeout: must be longer than 0s"),
            ("server: {trustedProxies: [10.0.0.0/33]}", "1:27: server.trustedProxies[0]: \(network)"),
            ("server: {trustedProxies: [localhost]}", "1:27: server.trustedProxies[0]: \(network)"),
            ("server: {cors: {origins: [\"http://a/\"]}}", "1:27: server.cors.origins[0]: \(origin)"),
            ("server: {cors: {origins: [\"null\"]}}", "1:27: server.cors.origins[0]: \(origin)"),
            (
                "server: {cors: {origins: [\"http://a:80\"]}}",
                "1:27: server.cors.origins[0]: \(port): write http://a"
            ),
            (
                "server: {cors: {origins: [\"https://[::1]:443\"]}}",
                "1:27: server.cors.origins[0]: \(port): write https://[::1]"
            ),
            ("auth: {staleKeysFor: 1m}", "1:22: auth.staleKeysFor: must not be shorter than refreshEvery"),
            ("auth: {refreshEvery: 48h}", "1:1: auth.staleKeysFor: must not be shorter than refreshEvery"),
            ("auth: {jwksURL: 'https://'}", "1:17: auth.jwksURL: must begin with http:// or https://"),
            (
                "kernel: {unfulfilled: [authenticated]}",
                "1:24: kernel.unfulfilled[0]: 'authenticated' can never be accepted as open"
            ),
            (
                "kernel: {unfulfilled: [metered, operator]}",
                "1:33: kernel.unfulfilled[1]: 'operator' can never be accepted as open"
            ),
        ])
    func refusals(text: String, error: String) {
        #expect(Fixtures.errors(text) == ["inline:\(error)"])
    }

    @Test(
        "accept what one needs",
        arguments: [
            "server: {port: 0, trustedProxies: [10.0.0.0/8, \"::1\", \"fd00::/8\", 192.168.0.1]}",
            "kernel: {unfulfilled: [metered]}",
            "server: {cors: {origins: [\"https://a.example:8443\", \"tauri://localhost\"]}, bodyMinRate: 0}",
            "server: {cors: {origins: [\"http://a:443\", \"https://a:80\", \"http://a:8080\"]}}",
            "log: {level: trace, format: json}",
        ])
    func acceptance(text: String) {
        #expect(Fixtures.errors(text) == [])
    }

    private static let network = "must be an address or a network such as 10.0.0.0/8"
    private static let port = "must not name its scheme's own port, which browsers leave out"
    private static let origin = "must be an exact origin such as https://app.example.org, without a path"

    @Test("A section without keys of its own is switched on and off, and is strict")
    func noKeys() throws {
        var schema = ConfigSchema()
        schema.add(NoConfig.self, at: "plugins.small", switchable: true)
        let configuration = try Configuration.load(schema, file: nil, text: "plugins: {small: {enabled: true}}")
        #expect(configuration.isEnabled("plugins.small"))
        #expect(throws: ConfigurationErrors.self) {
            try Configuration.load(schema, file: nil, text: "plugins: {small: {colour: red}}")
        }
    }
}
