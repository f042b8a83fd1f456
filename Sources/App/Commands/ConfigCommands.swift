import ArgumentParser
import Kernel
import Logging

/// `mana-sync config …`.
struct ConfigCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at the configuration.",
        subcommands: [Check.self, Show.self, Schema.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check whether the configuration makes a server; start nothing.")

        @OptionGroup var options: ConfigOptions

        func run() throws {
            let plan = try options.plan(logger: .silent)
            let ids = plan.plugins.map(\.manifest.id).joined(separator: ", ")
            if let remark = options.remark { print("Note: \(remark).") }
            print("The configuration is good: \(plan.routes.count) routes of \(ids).")
            if !plan.openTraits.isEmpty {
                print("Accepted as open: \(plan.openTraits.map(\.name).joined(separator: ", ")).")
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show every key with its value and where the value comes from; secrets are left out.")

        @OptionGroup var options: ConfigOptions

        func run() throws {
            let values = try options.load().effective()
            let keys = values.map(\.key.count).max() ?? 0
            let texts = min(40, values.map(\.value.count).max() ?? 0)
            for value in values {
                print("\(value.key.padded(to: keys))  \(value.value.padded(to: texts))  \(value.location)")
            }
        }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a JSON Schema of the configuration file, for editors.")

        func run() {
            print(Composition.catalog.schema.jsonSchema())
        }
    }
}

extension Logger {
    /// For commands whose output is their answer.
    static var silent: Logger { Logger(label: "mana-sync") { _ in SwiftLogNoOpLogHandler() } }
}

extension String {
    /// The text with spaces after it, `width` characters wide at least.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
