import HTTPTypes
import HummingbirdCore

extension SocketRoute {
    /// The route of GET that does the handshake.
    ///
    /// - Parameter cors: Whose pages may open sockets: a browser asks no one before it does, so that CORS alone does not keep them out.
    func handshake(cors: CORSPolicy) -> Route {
        let (accept, limits) = (accept, limits)
        return Route(.get, path, access: access, summary: summary, bodyLimit: nil, isSocket: true) { request, context in
            let handshake = try WebSocketHandshake(request.head)
            guard request.head.headerFields[values: .origin].allSatisfy(cors.allows(origin:)) else {
                throw Problem.forbidden(
                    code: "origin_not_allowed", detail: "Pages of this origin may not open WebSockets here.")
            }
            let session = try await accept(request, context)
            return Response(
                status: .switchingProtocols, headers: handshake.fields,
                body: WebSocketUpgrade(session: session, limits: limits).body)
        }
    }
}
