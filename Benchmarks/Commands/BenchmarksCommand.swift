import ArgumentParser

/// The measuring half of `Scripts/bench`, which builds what this needs and chooses its options.
@main
struct BenchmarksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks",
        abstract: "Measures a release build of the server beside references in the same run.",
        subcommands: [RunCommand.self, ServeBareCommand.self], defaultSubcommand: RunCommand.self)
}
