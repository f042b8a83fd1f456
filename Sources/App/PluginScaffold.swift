/// Writes a small complete plugin into the package in the current folder.
struct PluginScaffold {
    /// Why nothing was written.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    private let root: String

    /// A scaffold for the plugin `name`.
    ///
    /// - Parameters:
    ///   - takenIDs: The ids of the plugins that are compiled in.
    ///   - root: The folder of the package.
    /// - Throws: ``Failure`` unless `name` can begin a Swift type, letters and digits with an upper-case letter first, and its id is
    ///   free.
    init(name: String, takenIDs: Set<String> = [], root: String = ".") throws(Failure) {
        let isGood =
            name.utf8.allSatisfy { byte in
                let letter = byte | 0x20
                return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")
                    || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            } && name.first?.isUppercase == true && name.utf8.count <= 40
        guard isGood else {
            throw Failure(
                description: "'\(name)' is no name for a plugin: letters and digits, the first a capital, as in Weather"
            )
        }
        self.name = name
        self.root = root
        guard !takenIDs.contains(id) else {
            throw Failure(description: "there is a plugin with the id '\(id)' already")
        }
    }

    /// Writes the plugin, its test and its targets.
    ///
    /// - Returns: What to do next.
    /// - Throws: ``Failure`` where this is no package of the server, or the plugin is there already; nothing is written then. Also
    ///   where a file cannot be written; Package.swift, the last one, is as it was then.
    func write() throws(Failure) -> String {
        let manifestPath = "\(root)/Package.swift"
        guard let manifest = TextFile.contents(of: manifestPath) else {
            throw Failure(
                description: "there is no Package.swift here; run the command in the root of the server's package")
        }
        let isThere = [sourcePath, testPath].contains { TextFile.contents(of: "\(root)/\($0)") != nil }
        guard !isThere, !manifest.contains("\"\(name)Plugin\""), !manifest.contains("plugin(\"\(name)\"") else {
            throw Failure(description: "there is a plugin \(name) already")
        }
        guard let amended = amend(manifest) else {
            throw Failure(
                description:
                    "Package.swift has no line .plugin(…) and no line .tests(…) after which to add the new ones")
        }
        for (path, text) in [(sourcePath, source), (testPath, test), ("Package.swift", amended)] {
            if let reason = TextFile.write(text, to: "\(root)/\(path)") {
                throw Failure(description: "cannot write \(path): \(reason)")
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
            AppTests then ask for its section in Config/mana-sync.yaml, with every key, and for its id in
            Tests/AppTests/DocumentTests.swift.

            """
    }

    var id: String { name.prefix(1).lowercased() + name.dropFirst() }
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
            let server = lines.firstIndex(where: { $0.contains("name: \"App\",") }),
            let dependencies = lines[server...].firstIndex(where: { $0.hasSuffix("dependencies: [") })
        else { return nil }
        let indentation = lines[dependencies].prefix { $0 == " " } + "    "
        lines.insert(indentation + "\"\(name)Plugin\",", at: dependencies + 1)
        return lines.joined(separator: "\n")
    }
}
