import ArgumentParser
import BackupPlugin
import Domain
import Kernel
import StoragePlugin

/// `mana-sync backup …`: the operator's backups without a server (spec: backup.md, "Schedule, retention, restore").
struct BackupCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Make, check, restore and remove backups of the whole log.",
        discussion: """
            The commands open the database themselves. An SQLite file is open to one process: while the server runs, use its routes \
            (POST /api/admin/backups and the like) or stop it.
            """,
        subcommands: [Create.self, List.self, Verify.self, Restore.self, Prune.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a backup and read it back.")

        @OptionGroup var options: ConfigOptions

        func run() async throws {
            try await BackupCommands.withTool(options) { tool, _ in
                let made = try await tool.create()
                print("\(made.id)  \(made.uri)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List backups, newest first.")

        @OptionGroup var options: ConfigOptions

        @Option(help: "How many.")
        var limit = 100

        func validate() throws {
            guard (1...1000).contains(limit) else { throw ValidationError("--limit must be from 1 to 1000") }
        }

        func run() async throws {
            try await BackupCommands.withTool(options) { tool, _ in
                let header = ["ID", "KIND", "STATUS", "STARTED", "BYTES", "CHANGES", "VERIFIED"]
                let lines = try await tool.list(limit: limit)
                print(TextTable.render(header, lines.map(\.columns)), terminator: "")
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read backups back and check them whole; ends with 1 if one is damaged.")

        @OptionGroup var options: ConfigOptions

        @Argument(help: "A backup's id, or a file. Without it, all backups.")
        var backup: String?

        func run() async throws {
            try await BackupCommands.withTool(options) { tool, _ in
                var isDamaged = false
                for (name, fault) in try await tool.verify(backup) {
                    print("\(name)  \(fault ?? "ok")")
                    if fault != nil { isDamaged = true }
                }
                if isDamaged { throw ExitCode.failure }
            }
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a backup back into the database of the configuration, SQLite or PostgreSQL.",
            discussion: """
                The backup is checked whole before anything is written, and written in one transaction: what is broken off changes nothing. Rows and \
                cursors are then exactly what they were, but for users who were erased since.
                """)

        @OptionGroup var options: ConfigOptions

        @Argument(
            help: "A backup's id, or a file: a backup (.mana), or an SQLite database (.db) as GET /api/backup answers.",
            completion: .file())
        var backup: String

        @Flag(help: "Replace what the database holds; a backup of it is made first.")
        var replace = false

        @Flag(help: "Check everything and change nothing.")
        var dryRun = false

        func run() async throws {
            try await BackupCommands.withTool(options) { tool, database in
                let restored = try await tool.restore(backup, isReplacing: replace, isRehearsal: dryRun) {
                    await database.close()
                    try await database.open()
                }
                for (app, count) in restored.rowCounts.sorted(by: { $0.key < $1.key }) {
                    print("\(app)  \(BackupCommands.describe(count))")
                }
                if let safety = restored.safetyBackup { print("what was there before is the backup \(safety)") }
                if restored.erased > 0 { print("\(restored.erased) rows of erased users were removed again") }
                let total = restored.rowCounts.values.reduce(0, +)
                let time = restored.createdAt.rfc3339.prefix(19)
                print(
                    dryRun
                        ? "would restore \(BackupCommands.describe(total)) into \(database.name), as of \(time)Z; nothing was changed"
                        : "restored \(BackupCommands.describe(total)) into \(database.name), as of \(time)Z")
            }
        }
    }

    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove backups that no rule of plugins.backup.retention keeps, and what belongs to none.")

        @OptionGroup var options: ConfigOptions

        @Flag(help: "Only say which would go.")
        var dryRun = false

        func run() async throws {
            try await BackupCommands.withTool(options) { tool, _ in
                let ids = try await tool.prune(isRehearsal: dryRun)
                for id in ids { print(dryRun ? "would remove \(id)" : "removed \(id)") }
                if ids.isEmpty { print("every backup is kept by some rule") }
            }
        }
    }

    /// Opens the database of the configuration, uses the tool and closes it.
    fileprivate static func withTool(
        _ options: ConfigOptions, _ use: (BackupTool, ConfiguredDatabase) async throws -> Void
    ) async throws {
        let plan = try options.plan(logger: .silent)
        guard let backups = plan.service(.operatorBackups) else {
            throw CommandFailure.configuration("the plugin 'backup' is off: set plugins.backup.enabled to true")
        }
        let database = ConfiguredDatabase(of: plan)
        let line = ProgressLine()
        let outcome: Result<Void, any Error>
        do {
            try await database.open()
            try await use(BackupTool(backups) { line.show($0, share: $1) }, database)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        line.clear()
        await database.close()
        do {
            try outcome.get()
        } catch let error as StoreError {
            throw CommandFailure.failure("\(database.explain(error))\(advice(error))")
        } catch let error as BackupError {
            throw CommandFailure.failure(error.message)
        }
    }

    fileprivate static func describe(_ changes: Int64) -> String {
        changes == 1 ? "1 change" : "\(changes) changes"
    }

    private static func advice(_ error: StoreError) -> String {
        error.code == .inUse ? " Use the server's routes (/api/admin/backups), or stop it." : ""
    }
}
