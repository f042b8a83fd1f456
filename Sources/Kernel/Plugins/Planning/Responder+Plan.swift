package import NIOCore

extension Responder {
    /// Answers as a plan says.
    init(_ responder: PlanResponder) {
        self.init(
            respond: { await responder.respond(to: $0, from: $1) },
            refuse: { await responder.refuse($0, $1, from: $2) },
            bodyLimit: { responder.bodyLimit(of: $0) })
    }
}

extension Plan {
    /// Has `channel`, a connection that was made by other means than the socket's, served as one of the server's. On its event loop.
    package func serve(_ channel: any Channel) throws {
        let server = configuration.section(ServerConfig.self, at: "server")
        let settings = ConnectionSettings(server, responder: Responder(responder), logger: responder.logger)
        try channel.pipeline.syncOperations.addConnectionHandlers(settings, peer: .loopback)
    }

    /// Tells `channel`, which ``serve(_:)`` serves, that the server drains.
    package func drain(_ channel: any Channel) {
        channel.pipeline.fireUserInboundEventTriggered(DrainEvent())
    }
}
