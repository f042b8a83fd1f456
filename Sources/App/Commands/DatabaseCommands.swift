import ArgumentParser
import Domain
import Kernel
import SQLiteStore
import StoragePlugin

/// `mana-sync db …`.
struct DatabaseCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Look at the database and bring its tables up to date.",
        subcommands: [Status.self, Migrate.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show which migrations the database has.")

        @OptionGroup var options: ConfigOptions

        func run() async throws {
            let path = try DatabaseCommands.databasePath(options)
            try await DatabaseCommands.reportingStoreErrors {
                print("\(path)")
                for migration in try await SQLiteStore.migrationStatus(path: path) {
                    let state = migration.appliedAt.map { "applied \($0.rfc3339)" } ?? "pending"
                    print("  \(migration.owner)/\(migration.name): \(state)")
                }
            }
        }
    }

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Apply the migrations that the database does not have yet.")

        @OptionGroup var options: ConfigOptions

        func run() async throws {
            let path = try DatabaseCommands.databasePath(options)
            try await DatabaseCommands.reportingStoreErrors {
                let applied = try await SQLiteStore.migrate(path: path)
                if applied.isEmpty { print("\(path) is up to date.") }
                for migration in applied { print("applied \(migration.owner)/\(migration.name)") }
            }
        }
    }

    fileprivate static func databasePath(_ options: ConfigOptions) throws -> String {
        try options.load().section(StorageConfig.self, at: StoragePlugin.section).sqlite.path
    }

    fileprivate static func reportingStoreErrors(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as StoreError {
            throw CommandFailure.failure(error.message)
        }
    }
}
