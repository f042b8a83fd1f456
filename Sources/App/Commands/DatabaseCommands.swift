import ArgumentParser
import Domain
import Kernel
import Logging
import StoragePlugin
import StorageShared

/// `mana-sync db …`.
struct DatabaseCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Look at the database and bring its tables up to date.",
        subcommands: [Status.self, Migrate.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show which migrations the database has.")

        @OptionGroup var options: ConfigOptions

        func run() async throws {
            try await DatabaseCommands.withDatabase(options) { database throws(StoreError) in
                let migrations = try await database.migrationStatus()
                print(database.name)
                for migration in migrations {
                    print("  \(migration.owner)/\(migration.name): \(DatabaseCommands.describe(migration.state))")
                }
            }
        }
    }

    fileprivate static func describe(_ state: MigrationStatus.State) -> String {
        switch state {
        case .applied(let time): "applied \(time.rfc3339)"
        case .pending: "pending"
        case .unknown(let time): "applied \(time.rfc3339) by a newer server"
        }
    }

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Apply the migrations that the database does not have yet.")

        @OptionGroup var options: ConfigOptions

        @Flag(help: "Only say what would be done, and whether a table is written anew under an exclusive lock.")
        var dryRun = false

        @Flag(help: "Leave a table of the Go server its columns of jsonb beside ours: it is not written anew.")
        var keepColumns = false

        func run() async throws {
            try await DatabaseCommands.withDatabase(options) { database throws(StoreError) in
                guard !dryRun else {
                    let lines = try await database.migrationPreview(keepingColumns: keepColumns)
                    print(lines.isEmpty ? "\(database.name) is up to date." : lines.joined(separator: "\n"))
                    return
                }
                let applied = try await database.migrate(keepingColumns: keepColumns)
                if applied.isEmpty { print("\(database.name) is up to date.") }
                for migration in applied { print("applied \(migration.owner)/\(migration.name)") }
            }
        }
    }

    fileprivate static func withDatabase(
        _ options: ConfigOptions, _ use: (ConfiguredDatabase) async throws(StoreError) -> Void
    ) async throws {
        let database = ConfiguredDatabase(of: try options.plan(logger: .silent))
        do throws(StoreError) {
            try await use(database)
        } catch {
            throw CommandFailure.failure(database.explain(error))
        }
    }
}
