public import ServiceLifecycle

/// Takes what one plugin declares.
public struct PluginRegistry {
    /// A background service with its name within its plugin.
    struct Background: Sendable {
        let name: String
        let service: any Service
    }

    private(set) var routes: [Route] = []
    private(set) var gates: [Gate] = []
    private(set) var services = ServiceTable()
    private(set) var provided: Set<AnyServiceKey> = []
    private(set) var healthChecks: [HealthCheck] = []
    private(set) var background: [Background] = []
    private(set) var metrics: [MetricDescription] = []
    private let cors: CORSPolicy

    /// - Parameter cors: Whose pages may open sockets.
    init(cors: CORSPolicy = CORSPolicy(origins: [])) {
        self.cors = cors
    }

    /// Declares a route.
    public mutating func route(_ route: Route) {
        routes.append(route)
    }

    /// Declares a route whose connections become WebSockets. In the plan it is a route of GET.
    public mutating func socket(_ route: SocketRoute) {
        routes.append(route.handshake(cors: cors))
    }

    /// Declares a gate.
    public mutating func gate(_ gate: Gate) {
        gates.append(gate)
    }

    /// Provides a service to plugins that need `key`. The manifest must name it.
    public mutating func provide<Value>(_ key: ServiceKey<Value>, _ value: Value) {
        services[key] = value
        provided.insert(AnyServiceKey(key))
    }

    /// Declares a health check.
    public mutating func healthCheck(_ check: HealthCheck) {
        healthChecks.append(check)
    }

    /// Declares work that goes on in the background from the plugin's start to its stop. The kernel runs it; if it ends or throws
    /// before the server stops, it is started again with growing pauses, and health shows it.
    public mutating func background(_ name: String, _ service: any Service) {
        background.append(Background(name: name, service: service))
    }

    /// Declares what a metric means.
    public mutating func metric(_ description: MetricDescription) {
        metrics.append(description)
    }
}
