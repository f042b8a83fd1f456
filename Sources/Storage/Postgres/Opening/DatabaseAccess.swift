import CoreMetrics
import Domain
import Logging
import PostgresClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The client of a configured database.
enum DatabaseAccess {
    /// Makes the client; nothing is connected yet.
    ///
    /// - Throws: `unusable` for a URL or password file that cannot be read.
    static func client(
        _ config: PostgresStoreConfig, metrics: any MetricsFactory, logger: Logger
    ) throws(StoreError) -> PostgresClient {
        var options = PostgresClientOptions()
        options.maxConnections = max(2, config.maxConnections)
        options.acquireTimeout = config.maxWait
        options.preparedStatements = config.preparesStatements ? .auto : .off
        options.metricsPrefix = "mana_sync_postgres"
        do throws(PostgresError) {
            return try PostgresClient(
                try configuration(url: config.url, config), options: options, metrics: metrics, logger: logger)
        } catch {
            throw StoreError(error)
        }
    }

    /// Where notices are listened for, if not where the client connects.
    static func listening(_ config: PostgresStoreConfig) throws(StoreError) -> PostgresConfiguration? {
        guard let url = config.listenURL else { return nil }
        do throws(PostgresError) {
            return try configuration(url: url, config)
        } catch {
            throw StoreError(error)
        }
    }

    private static func configuration(
        url: String, _ config: PostgresStoreConfig
    ) throws(PostgresError) -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(url: url, password: try password(config.passwordFile))
        configuration.applicationName = "mana-sync"
        return configuration
    }

    private static func password(_ file: String?) throws(PostgresError) -> String? {
        guard let file else { return nil }
        do {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            return text.split(separator: "\n", omittingEmptySubsequences: false).first.map { String($0) } ?? ""
        } catch {
            throw PostgresError(.misconfigured, "The database's password file cannot be read.")
        }
    }
}
