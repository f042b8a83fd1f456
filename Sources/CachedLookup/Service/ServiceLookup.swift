public import Kernel
import Logging

/// A ``CachedLookup`` with all that a plugin needs beside it to ask an outside service: the endpoint, the key to show there, the health check,
/// and the life of them from ``start()`` to ``stop()``, which are the plugin's own.
///
/// Nothing is asked before the start and after the stop; lookups then say that nothing is known.
public struct ServiceLookup<Answer: Sendable>: Sendable {
    /// Asks the endpoint about a user and reads what it says, as ``CachedLookup/Fetch`` does.
    public typealias Ask =
        @Sendable (_ endpoint: UserEndpoint, _ userID: String) async throws(LookupFailure) -> Answer

    /// The answers.
    public let answers: CachedLookup<Answer>

    private let service: OutsideService
    private let endpoint: UserEndpoint
    private let credential: ServiceCredential
    private let logger: Logger

    /// A lookup as the plugin's configuration says. Does no I/O: it is made with the plan.
    ///
    /// - Parameters:
    ///   - address: As it was configured.
    ///   - key: What the service knows us by, if it is configured as a text.
    ///   - keyFile: A file with that key, in place of it.
    /// - Throws: ``PlanRefusal`` where the address is none, or ``ServiceCredential`` refuses the key.
    public init(
        of service: OutsideService, at address: String, key: Secret?, keyFile: String?, limits: UserEndpoint.Limits,
        settings: CachedLookupSettings, dependencies: Dependencies, ask: @escaping Ask
    ) throws(PlanRefusal) {
        guard let address = ServiceAddress(address) else {
            throw PlanRefusal(
                "\(service.section).\(service.addressKey) \(ServiceAddress.rule)", remedy: "Correct the address.")
        }
        credential = try ServiceCredential(
            key: key, file: keyFile, section: service.section, host: dependencies.server.host)
        let endpoint = UserEndpoint(
            address: address, path: service.path, limits: limits, time: dependencies.time)
        answers = CachedLookup(
            service: service.name, consequence: service.consequence, settings: settings, time: dependencies.time,
            metrics: dependencies.metrics, logger: dependencies.logger
        ) { userID throws(LookupFailure) in try await ask(endpoint, userID) }
        self.service = service
        self.endpoint = endpoint
        logger = dependencies.logger
    }

    /// Declares the health check, on which readiness does not depend, and the metrics of lookups.
    public func register(into registry: inout PluginRegistry) {
        registry.healthCheck(
            HealthCheck("\(service.name)-service", isNeededForReadiness: false) { [answers, service] in
                answers.downSince == nil ? .healthy : .unhealthy("does not answer; \(service.meanwhile)")
            })
        for description in MetricDescription.cachedLookups { registry.metric(description) }
    }

    /// Opens the endpoint. Reads the key's file.
    ///
    /// - Throws: ``ServiceKeyError`` where that cannot be read or holds no key that will do; then nothing will be asked.
    public func start() throws(ServiceKeyError) {
        endpoint.open(showing: try credential.load())
    }

    /// Cancels the calls under way, awaits their end and closes the connections.
    public func stop() async {
        await answers.close()
        do {
            try await endpoint.close()
        } catch {
            logger.warning(
                "the connections to the \(service.name) service did not close", metadata: ["error": "\(error)"])
        }
    }
}
