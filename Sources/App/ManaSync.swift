import ArgumentParser
import Kernel

/// The command line (spec: operations.md, "Command line").
@main
struct ManaSync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mana-sync",
        abstract: "The central sync server of local-first apps.",
        discussion: """
            Exit codes: 0 for success, 64 for a command line that cannot be read, 78 for a configuration that makes no server, \
            1 for everything else.
            """,
        version: BuildInfo.version,
        subcommands: [
            Serve.self, ConfigCommands.self, PluginCommands.self, RoutesCommand.self, DatabaseCommands.self,
            BackupCommands.self,
            TokenCommand.self,
        ],
        defaultSubcommand: Serve.self)
}
