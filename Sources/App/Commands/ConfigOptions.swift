import ArgumentParser
import Kernel
import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where a command finds its configuration.
struct ConfigOptions: ParsableArguments {
    @Option(name: .long, help: "The configuration file; wins over MANA_SYNC_CONFIG.", completion: .file())
    var config: String?

    @Option(name: .long, help: "The port to listen on; wins over file and environment.")
    var port: String?

    @Option(name: .long, help: "The address to listen on; wins over file and environment.")
    var host: String?

    /// The file that counts: the flag's, else MANA_SYNC_CONFIG's, else Config/mana-sync.yaml if there is one.
    func file(_ environment: [String: String]) -> String? {
        if let config { return config }
        if let named = environment["MANA_SYNC_CONFIG"], !named.isEmpty { return named }
        return access(ConfigOptions.usualFile, F_OK) == 0 ? ConfigOptions.usualFile : nil
    }

    /// What a deployer should know of where the configuration comes from; nil where it comes from a file.
    var remark: String? {
        guard file(ProcessEnvironment.current) == nil else { return nil }
        return "there is no \(ConfigOptions.usualFile) in this folder and no --config: "
            + "the defaults are in force, with every plugin off"
    }

    /// The configuration in force. Ends the process with 78 and all errors on stderr where there is none.
    func load() throws -> Configuration {
        let environment = ProcessEnvironment.current
        let overrides = [("--port", "server.port", port), ("--host", "server.host", host)].compactMap {
            flag, path, value in
            value.map { ConfigOverride(flag: flag, path: path, value: $0) }
        }
        do {
            return try Configuration.load(
                Composition.catalog.schema, file: file(environment), environment: environment, overrides: overrides)
        } catch {
            throw CommandFailure.configuration("\(error)")
        }
    }

    /// The plan of ``load()``. Ends the process with 78 and all refusals on stderr where there is none.
    func plan(logger: Logger) throws -> Plan {
        try plan(try load(), logger: logger)
    }

    /// The plan of a configuration. Ends the process with 78 and all refusals on stderr where there is none.
    func plan(_ configuration: Configuration, logger: Logger) throws -> Plan {
        do {
            return try PlanBuilder(catalog: Composition.catalog, logger: logger).plan(configuration)
        } catch {
            throw CommandFailure.configuration("\(error)")
        }
    }

    private static let usualFile = "Config/mana-sync.yaml"
}
