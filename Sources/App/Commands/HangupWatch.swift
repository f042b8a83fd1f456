import Logging
import ServiceLifecycle
import UnixSignals

/// Keeps SIGHUP from ending the server, as it would by default: terminals that close, log rotation and service managers send it.
struct HangupWatch: Service {
    let logger: Logger

    func run() async {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            logger.warning("SIGHUP changes nothing: the configuration is read at the start; restart to apply it")
        }
    }
}
