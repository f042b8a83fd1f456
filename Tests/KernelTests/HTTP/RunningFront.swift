import CoreMetrics
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

@testable import Kernel

/// Runs a front on a free port for the length of `body`, then stops it and waits for its end.
func withFront(
    configure: (inout ServerConfig) -> Void = { _ in }, limits: (inout ConnectionLimits) -> Void = { _ in },
    metrics: any MetricsFactory = NOOPMetricsHandler.instance, logger: Logger = .silent, responder: Responder = .echo,
    _ body: @Sendable (HTTPFront, Int) async throws -> Void
) async throws {
    var config = ServerConfig()
    config.port = 0
    config.shutdownGrace = .milliseconds(300)
    // No busy machine is that slow; tests of the deadlines set their own.
    config.headerTimeout = .seconds(300)
    configure(&config)
    var settings = ConnectionSettings(config, responder: responder, logger: logger, metrics: metrics)
    settings.limits.lingerTime = .milliseconds(500)
    settings.limits.bodyRateWindow = .seconds(300)
    limits(&settings.limits)
    let front = HTTPFront(config: config, logger: logger, settings: settings)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await front.run() }
        let port = try await front.boundPort()
        try await body(front, port)
        front.stop()
        try await group.waitForAll()
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension Responder {
    /// Answers with method, path, host and body, or with the problem that reading the body met.
    static let echo = Responder { request, _ in
        do {
            let body = try await request.collectBody(limit: 10 << 20)
            let line = "\(request.method.rawValue) \(request.uri.path) \(request.head.authority ?? "-") "
            return Response(
                status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: line + String(buffer: body))))
        } catch {
            return Problem.from(error).response(requestID: RequestID())
        }
    }

    /// Answers at once, and never looks at the body.
    static let heedless = Responder { _, _ in
        Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "heedless")))
    }

    /// Answers with as many bytes as anyone takes.
    static let endless = Responder { _, _ in
        Response(
            status: .ok,
            body: ResponseBody { writer in
                let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 64 << 10)
                while true { try await writer.write(piece) }
            })
    }
}
