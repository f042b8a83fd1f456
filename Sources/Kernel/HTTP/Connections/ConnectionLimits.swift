import NIOCore

/// What one connection may take, from `server` of the configuration.
struct ConnectionLimits: Sendable {
    var maxHeader: Int
    var maxHeaderFields: Int
    var headerTimeout: TimeAmount
    var idleTimeout: TimeAmount
    var writeTimeout: TimeAmount
    /// Bytes per second; 0 for any.
    var bodyMinRate: Int
    /// Bytes per second over the length of ``writeTimeout``; 0 for any.
    var answerMinRate: Int
    /// How long a WebSocket's peer may take to answer the close frame of a server that stops: none may take the whole grace.
    var drainedSocketTimeout: TimeAmount
    /// Over how long a body's rate is taken: a body that is quicker than this is never too slow.
    var bodyRateWindow = TimeAmount.seconds(10)
    /// How long a closed connection's input is still read, so that the peer can read the last answer.
    var lingerTime = TimeAmount.seconds(2)
    /// How much of it. Many clients write a whole body before they read: one past the limit must still get its answer.
    var lingerBytes = 64 << 20
    /// Bodies up to this announced length are read before the request is handed on.
    var collectedBody = 64 << 10

    init(_ config: ServerConfig) {
        maxHeader = config.maxHeader.bytes
        maxHeaderFields = config.maxHeaderFields
        headerTimeout = TimeAmount(config.headerTimeout)
        idleTimeout = TimeAmount(config.idleTimeout)
        writeTimeout = TimeAmount(config.writeTimeout)
        bodyMinRate = config.bodyMinRate.bytes
        answerMinRate = config.answerMinRate.bytes
        drainedSocketTimeout = TimeAmount(min(config.shutdownGrace / 4, .seconds(2)))
    }
}
