import KernelTesting
import Testing

@testable import App

@Suite("A new plugin")
struct PluginScaffoldTests {
    @Test("has a source, a test, and targets in the package")
    func writes() async throws {
        try await TemporaryDirectory.with { root in
            let package = try Self.copyPackage(to: root)
            let report = try PluginScaffold(name: "Zeppelin", root: root).write()
            #expect(report.contains("ZeppelinPlugin.self,") && report.contains("plugins: {zeppelin: {enabled: true}}"))

            let source = try #require(TextFile.contents(of: "\(root)/Sources/Plugins/Zeppelin/ZeppelinPlugin.swift"))
            #expect(source.contains("public struct ZeppelinPlugin: Plugin {") && source.contains("id: \"zeppelin\""))
            let test = try #require(
                TextFile.contents(of: "\(root)/Tests/ZeppelinPluginTests/ZeppelinPluginTests.swift"))
            #expect(test.hasPrefix("import HTTPTypes\nimport KernelTesting\nimport Testing\nimport ZeppelinPlugin\n"))

            let amended = try #require(TextFile.contents(of: "\(root)/Package.swift"))
            let (before, after) = (Self.lines(package), Self.lines(amended))
            let added = after.filter { !before.contains($0) }.map { $0.trimmingPrefix { $0 == " " } }
            try #require(added.count == 3)
            #expect(added[0] == ".plugin(\"Zeppelin\", [.httpTypes, .hummingbirdCore, .nioCore]),")
            #expect(added[1] == "\"ZeppelinPlugin\",")
            #expect(added[2] == ".tests(\"ZeppelinPluginTests\", [\"ZeppelinPlugin\", \"KernelTesting\", .httpTypes]),")
            #expect(after.count == before.count + 3)
            let dependency = try #require(
                after.firstIndex { $0.contains("\"ZeppelinPlugin\",") && !$0.contains(".tests(") })
            #expect(after[..<dependency].last { $0.contains("name: \"") }?.contains("\"App\"") == true)
        }
    }

    @Test("sorts its imports whatever its name")
    func imports() throws {
        #expect(try PluginScaffold(name: "Alpha").test.hasPrefix("import AlphaPlugin\nimport HTTPTypes\n"))
    }

    @Test("is not written twice, nor over other files")
    func twice() async throws {
        try await TemporaryDirectory.with { root in
            _ = try Self.copyPackage(to: root)
            _ = try PluginScaffold(name: "Zeppelin", root: root).write()
            let package = TextFile.contents(of: "\(root)/Package.swift")
            Self.expectFailure("there is a plugin Zeppelin already") {
                try PluginScaffold(name: "Zeppelin", root: root).write()
            }
            #expect(TextFile.contents(of: "\(root)/Package.swift") == package)
            let blocker = TextFile.write("mine", to: "\(root)/Tests/TidesPluginTests/TidesPluginTests.swift")
            #expect(blocker == nil)
            Self.expectFailure("there is a plugin Tides already") {
                try PluginScaffold(name: "Tides", root: root).write()
            }
            #expect(TemporaryDirectory.names(in: "\(root)/Sources/Plugins") == ["Zeppelin"])
        }
    }

    @Test("needs a package that it can extend")
    func noPackage() async throws {
        try await TemporaryDirectory.with { root in
            Self.expectFailure("there is no Package.swift here; run the command in the root of the server's package") {
                try PluginScaffold(name: "Weather", root: root).write()
            }
            let other = TextFile.write("let package = Package(name: \"other\")\n", to: "\(root)/Package.swift")
            #expect(other == nil)
            Self.expectFailure(
                "Package.swift has no line .plugin(…) and no line .tests(…) after which to add the new ones"
            ) {
                try PluginScaffold(name: "Weather", root: root).write()
            }
            #expect(TemporaryDirectory.names(in: root) == ["Package.swift"])
        }
    }

    @Test(
        "needs a name that a Swift type can begin with",
        arguments: [
            "", "weather", "Weather-Map", "Weather Map", "../Weather", "7Days", "Wétter", "Ünsinn", "W\u{301}eather",
        ])
    func badName(_ name: String) {
        Self.expectFailure("'\(name)' is no name for a plugin: letters and digits, the first a capital, as in Weather")
        {
            try PluginScaffold(name: name).write()
        }
    }

    @Test("needs an id that is free")
    func takenID() {
        Self.expectFailure("there is a plugin with the id 'auth' already") {
            try PluginScaffold(name: "Auth", takenIDs: ["auth"]).write()
        }
    }

    private static func expectFailure(
        _ message: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> String
    ) {
        #expect(sourceLocation: sourceLocation) {
            try body()
        } throws: {
            "\($0)" == message
        }
    }

    /// Copies this package's manifest.
    private static func copyPackage(to root: String, file: String = #filePath) throws -> String {
        let path = file.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/Package.swift"
        let package = try #require(TextFile.contents(of: path))
        try #require(TextFile.write(package, to: "\(root)/Package.swift") == nil)
        return package
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }
}
