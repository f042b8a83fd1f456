#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes a small complete plugin into the package in the current folder.
struct PluginScaffold {
    /// Why nothing was written.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let name: String
    private let root: String

    /// A scaffold for the plugin `name`.
    ///
    /// - Throws: ``Failure`` unless `name` can begin a Swift type: letters and digits, an upper-case letter first.
    init(name: String, root: String = ".") throws(Failure) {
        let isGood =
            name.utf8.allSatisfy { byte in
                let letter = byte | 0x20
                return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")
                    || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            } && name.first?.isUppercase == true && name.utf8.count <= 40
        guard isGood else {
            throw Failure(description: "'\(name)' is no name for a plugin: use letters and digits, as in Weather")
        }
        self.name = name
        self.root = root
    }

    /// Writes the plugin, its test and its targets.
    ///
    /// - Returns: What to do next.
    /// - Throws: ``Failure`` where this is no package of the server, or the plugin is there already; nothing is written then.
    func write() throws(Failure) -> String {
        let manifestPath = "\(root)/Package.swift"
        guard let manifest = TextFile.contents(of: manifestPath) else {
            throw Failure(
                description: "there is no Package.swift here; run the command in the root of the server's package")
        }
        guard TextFile.contents(of: "\(root)/\(sourcePath)") == nil, !manifest.contains("\"\(name)Plugin\"") else {
            throw Failure(description: "there is a plugin \(name) already")
        }
        guard let amended = amend(manifest) else {
            throw Failure(
                description:
                    "Package.swift has no line .plugin(…) and no line .tests(…) after which to add the new ones")
        }
        for (path, text) in [(sourcePath, source), (testPath, test), ("Package.swift", amended)] {
            guard TextFile.write(text, to: "\(root)/\(path)") else {
                throw Failure(description: "cannot write \(path): \(String(cString: strerror(errno)))")
            }
        }
        return """
            Wrote \(sourcePath)
            Wrote \(testPath)
            Added its targets to Package.swift.
            To compile it into the server, add to Sources/App/Composition.swift:
                import \(name)Plugin
                \(name)Plugin.self,
            and to switch it on, to the configuration:
                plugins: {\(id): {enabled: true}}

            """
    }

    private var id: String { name.prefix(1).lowercased() + name.dropFirst() }
    private var sourcePath: String { "Sources/Plugins/\(name)/\(name)Plugin.swift" }
    private var testPath: String { "Tests/\(name)PluginTests/\(name)PluginTests.swift" }

    /// The package with the plugin's two targets, and the plugin among what the server is built of.
    private func amend(_ manifest: String) -> String? {
        var lines = manifest.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        func insert(_ line: String, afterLast prefix: String) -> Bool {
            guard let index = lines.lastIndex(where: { $0.hasPrefix("        \(prefix)") && $0.hasSuffix("),") }) else {
                return false
            }
            lines.insert("        \(line)", at: index + 1)
            return true
        }
        guard insert(".plugin(\"\(name)\", [.httpTypes, .hummingbirdCore, .nioCore]),", afterLast: ".plugin("),
            insert(
                ".tests(\"\(name)PluginTests\", [\"\(name)Plugin\", \"KernelTesting\", .httpTypes]),",
                afterLast: ".tests("),
            let server = lines.firstIndex(where: { $0.contains("\"SyncPlugin\",") && $0.contains("\"StoragePlugin\",") }
            )
        else { return nil }
        lines[server] += " \"\(name)Plugin\","
        return lines.joined(separator: "\n")
    }
}

extension PluginScaffold {
    private var source: String {
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
                    Route(.get, "/\(id)", access: .requires([.authenticated]), summary: "a greeting") { [config] _, context in
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

    private var test: String {
        """
        import HTTPTypes
        import KernelTesting
        import Testing
        import \(name)Plugin

        @Suite("The \(name) plugin")
        struct \(name)PluginTests {
            @Test("asks for a token")
            func asksForToken() async throws {
                let harness = try PluginHarness(
                    plugins: [\(name)Plugin.self, TestIssuerPlugin.self],
                    yaml: "plugins: {\(id): {enabled: true}, testIssuer: {enabled: true}}")
                try await harness.run { server in
                    #expect(try await server.send(.get, "/\(id)").status == .unauthorized)
                }
            }

            @Test("greets a user by name")
            func greets() async throws {
                let harness = try PluginHarness(
                    plugins: [\(name)Plugin.self, TestIssuerPlugin.self],
                    yaml: "plugins: {\(id): {enabled: true, greeting: Moin}, testIssuer: {enabled: true}}")
                try await harness.run { server in
                    let answer = try await server.send(.get, "/\(id)", headers: try server.authorization(of: "alice"))
                    #expect(answer.body == "Moin, alice!\\n")
                }
            }
        }

        """
    }
}

/// Text files of the package.
private enum TextFile {
    static func contents(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func write(_ text: String, to path: String) -> Bool {
        var index = path.startIndex
        while let slash = path[index...].firstIndex(of: "/") {
            index = path.index(after: slash)
            if slash != path.startIndex { mkdir(String(path[..<slash]), 0o755) }
        }
        guard let file = fopen(path, "w") else { return false }
        let written = fputs(text, file)
        return fclose(file) == 0 && written >= 0
    }
}
