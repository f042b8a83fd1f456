/// x
struct FrontPlugin: Plugin {
    static let section = "server"
    static let manifest = PluginManifest(id: "http", summary: "request ids, access log, CORS, body limits and health")
    init(config: ServerConfig, dependencies: Dependencies) throws {}
    func register(into registry: inout PluginRegistry) {}
}
