/// What all connections of a front share.
struct ConnectionSettings: Sendable {
    var limits: ConnectionLimits
    var maxBody: Int
    var proxies: TrustedProxies
    var responder: Responder
    var date: HTTPDate

    init(_ config: ServerConfig, responder: Responder) {
        limits = ConnectionLimits(config)
        maxBody = config.maxBody.bytes
        proxies = TrustedProxies(config.trustedProxies)
        self.responder = responder
        date = HTTPDate(time: SystemTimeSource())
    }
}
