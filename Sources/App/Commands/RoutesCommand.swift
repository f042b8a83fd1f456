import ArgumentParser
import Kernel
import Logging

/// `mana-sync routes`.
struct RoutesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes", abstract: "Show every route with its plugin, its access and the gates before it.")

    @OptionGroup var options: ConfigOptions

    func run() throws {
        print(TextTable.routes(of: try options.plan(logger: .silent)), terminator: "")
    }
}
