import ArgumentParser
import NIOCore

/// Runs the reference that the server's own chain is compared with: NIO's HTTP/1.1 codec, and nothing between it and the answer.
struct ServeBareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve-bare", abstract: "Answers every request at once, until the process is told to end.")

    @Option(help: "The port on 127.0.0.1.")
    var port: Int

    @Flag(help: "Let requests ask for a WebSocket.")
    var withSockets = false

    @Option(help: "The JSON that every request is answered.")
    var answer = BareServer.health

    func run() throws {
        try BareServer.listen(port: port, withSockets: withSockets, answer: answer).closeFuture.wait()
    }
}
