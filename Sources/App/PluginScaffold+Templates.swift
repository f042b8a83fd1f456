extension PluginScaffold {
    /// The plugin.
    var source: String {
        """
        import HTTPTypes
        import HummingbirdCore
        public import Kernel
        import NIOCore

        /// Greets whoever has a token.
        public struct \(name)Plugin: Plugin {
            public static let manifest = PluginManifest(id: "\(id)", summary: "greets whoever has a token")

            private let config: \(name)Config

            public init(config: \(name)Config, dependencies: Dependencies) throws {
                self.config = config
            }

            public func register(into registry: inout PluginRegistry) {
                registry.route(
                    Route(
                        .get, "/\(id)", access: .requires([.authenticated]), summary: "a greeting"
                    ) { [config] _, context in
                        let principal = try context.requirePrincipal()
                        let text = "\\(config.greeting), \\(principal.userID)!\\n"
                        return Response(
                            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
                    })
            }
        }

        /// The section `plugins.\(id)`.
        public struct \(name)Config: ConfigSection {
            /// What a greeting begins with.
            public var greeting = "Hello"

            /// The defaults.
            public init() {}

            public func validate(_ check: inout ConfigCheck) {
                check.require(!greeting.isEmpty, "greeting", "must not be empty")
            }
        }

        """
    }

    /// The plugin's test.
    var test: String {
        """
        \(testImports)

        @Suite("The \(name) plugin")
        struct \(name)PluginTests {
            @Test("asks for a token")
            func asksForToken() async throws {
                let harness = try PluginHarness(
                    plugins: [\(name)Plugin.self, TestIssuerPlugin.self],
                    yaml: "plugins: {\(id): {enabled: true}, testIssuer: {enabled: true}}")
                let answer = try await harness.run { server in
                    try await server.send(.get, "/\(id)")
                }
                #expect(answer.status == .unauthorized)
            }

            @Test("greets a user by name")
            func greets() async throws {
                let harness = try PluginHarness(
                    plugins: [\(name)Plugin.self, TestIssuerPlugin.self],
                    yaml: "plugins: {\(id): {enabled: true, greeting: Moin}, testIssuer: {enabled: true}}")
                let answer = try await harness.run { server in
                    try await server.send(.get, "/\(id)", headers: server.authorization(of: "alice"))
                }
                #expect(answer.body == "Moin, alice!\\n")
            }
        }

        """
    }

    private var testImports: String {
        ["HTTPTypes", "KernelTesting", "Testing", "\(name)Plugin"].sorted().map { "import \($0)" }.joined(
            separator: "\n")
    }
}
