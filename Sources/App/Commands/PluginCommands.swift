import ArgumentParser
import Kernel
import Logging

/// `mana-sync plugins …`.
struct PluginCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugins", abstract: "Look at the plugins that are compiled in, and make new ones.",
        subcommands: [List.self, New.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show every plugin, on or off, and what it needs.")

        @OptionGroup var options: ConfigOptions

        func run() throws {
            let plan = try options.plan(logger: .silent)
            let rows =
                plan.plugins.map { row($0.manifest, isOn: true) } + plan.disabled.map { row($0, isOn: false) }
            print(
                TextTable.render(
                    ["PLUGIN", "STATE", "NEEDS", "PROVIDES", "SUMMARY"], rows.sorted { $0[0] < $1[0] }), terminator: "")
        }

        private func row(_ manifest: PluginManifest, isOn: Bool) -> [String] {
            let needs = manifest.needs.map { $0.isOptional ? "\($0.key)?" : "\($0.key)" }
            return [
                manifest.id, isOn ? "on" : "off", needs.isEmpty ? "-" : needs.joined(separator: ","),
                manifest.provides.isEmpty ? "-" : manifest.provides.map(\.name).joined(separator: ","),
                manifest.summary,
            ]
        }
    }

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a small plugin into Sources/Plugins of the package in this folder, with a test.")

        @Argument(help: "Its name as a Swift type begins: Weather makes WeatherPlugin with the id weather.")
        var name: String

        func run() throws {
            do {
                print(try PluginScaffold(name: name).write(), terminator: "")
            } catch {
                throw CommandFailure.failure(error.description)
            }
        }
    }
}
