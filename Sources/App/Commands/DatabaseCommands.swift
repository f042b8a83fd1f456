import ArgumentParser
import Domain
import Kernel
import SQLiteStore
import StoragePlugin

/// `mana-sync db …`.
struct DatabaseCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Look at the database and bring its tables up to date.",
        subcommands: [Status.self, Migrate.self])

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show which migrations the database has.")

        @OptionGroup var options: ConfigOptions

        func run() throws {
            let path = try DatabaseCommands.databasePath(options)
            try DatabaseCommands.reportingStoreErrors(of: path) {
                let migrations = try SQLiteStore.migrationStatus(path: path)
                print(path)
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

    struct Migrate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Apply the migrations that the database does not have yet.")

        @OptionGroup var options: ConfigOptions

        func run() throws {
            let path = try DatabaseCommands.databasePath(options)
            try DatabaseCommands.reportingStoreErrors(of: path) {
                let applied = try SQLiteStore.migrate(path: path)
                if applied.isEmpty { print("\(path) is up to date.") }
                for migration in applied { print("applied \(migration.owner)/\(migration.name)") }
            }
        }
    }

    fileprivate static func databasePath(_ options: ConfigOptions) throws -> String {
        try options.load().section(StorageConfig.self, at: StoragePlugin.section).sqlite.path
    }

    fileprivate static func reportingStoreErrors(of path: String, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as StoreError {
            throw CommandFailure.failure("\(path): \(error.message)")
        }
    }
}
