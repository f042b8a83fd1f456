extension Configuration {
    /// Reads, merges and checks the configuration: defaults < file < environment < flags.
    ///
    /// - Parameters:
    ///   - schema: the sections that there are.
    ///   - file: the path of the YAML file; a file that cannot be read is an error. Nil for none.
    ///   - text: the YAML itself instead of a file; errors call it `inline`.
    ///   - environment: the environment variables, of which only the bound ones are looked at.
    ///   - overrides: the command-line flags; of two for one key the last one counts.
    /// - Throws: everything that is wrong, at once.
    public static func load(
        _ schema: ConfigSchema, file: String?, text: String? = nil, environment: [String: String] = [:],
        overrides: [ConfigOverride] = []
    ) throws(ConfigurationErrors) -> Configuration {
        var loader = ConfigLoader(schema: schema)
        loader.readFile(file, text: text)
        loader.read(environment)
        loader.read(overrides)
        return try loader.finish()
    }
}
