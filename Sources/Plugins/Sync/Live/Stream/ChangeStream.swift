import Domain
import HummingbirdCore
import Kernel
import Logging
import NIOCore
import NIOPosix

/// One stream of Server-Sent Events: reads pages from its cursor while there are any, then waits until it is woken (decision 7).
///
/// It listens before its first page is read, so nothing is committed unheard; each page is written before the next is read, so a slow peer
/// costs one page, and an idle one none.
struct ChangeStream: Sendable {
    let live: LiveServices
    let listener: StreamListener
    let seat: LiveSeat
    let query: ChangeQuery
    let expiresAt: UnixTime
    let logger: Logger

    /// Writes the body, to its end.
    ///
    /// - Throws: where the peer has gone.
    func write(to writer: inout any ResponseBodyWriter) async throws {
        let registration = live.hub.add(listener, on: MultiThreadedEventLoopGroup.currentEventLoop)
        defer {
            registration.cancel()
            seat.leave()
        }
        do {
            // The head goes out before anything is read.
            try await writer.write(ByteBuffer())
            let end = try await follow(&writer)
            try await writer.write(end.event)
            try await writer.finish(nil)
            live.metrics.streamEnded(end)
        } catch {
            live.metrics.streamEnded(.peerLeft)
            throw error
        }
    }

    private func follow(_ writer: inout any ResponseBodyWriter) async throws -> StreamEnd {
        var reader = StreamPageReader(live: live, listener: listener, query: query, logger: logger)
        var lastWrite: Duration?
        while true {
            // What is committed from here on, during the page too, means one more page.
            if let end = end(after: listener.take()) { return end }
            guard let page = try await reader.next() else {
                return end(after: listener.take()) ?? (reader.hasOtherSpaces ? .membershipChanged : .error)
            }
            if let events = page.events {
                try await writer.write(events)
                lastWrite = live.time.elapsed
            } else if lastWrite == nil, !page.hasMore {
                // The client learns that it is up to date, and where.
                try await writer.write(StreamEventEncoder.heartbeat(at: reader.cursor))
                lastWrite = live.time.elapsed
            }
            if page.hasMore { continue }
            if let end = try await wait(&writer, at: reader.cursor, &lastWrite) { return end }
        }
    }

    /// Returns when there may be new rows, or the reason for which there is nothing more to wait for.
    private func wait(
        _ writer: inout any ResponseBodyWriter, at cursor: Cursor, _ lastWrite: inout Duration?
    ) async throws -> StreamEnd? {
        while true {
            let nextHeartbeat = (lastWrite ?? live.time.elapsed) + live.config.heartbeat
            let untilHeartbeat = nextHeartbeat - live.time.elapsed
            let alarm = live.timers.after(min(untilHeartbeat, expiresAt.since(live.time.now))) { [listener] in
                listener.raise(.alarm)
            }
            let signals = await listener.next()
            live.timers.cancel(alarm)
            if signals.contains(.cancelled) { throw CancellationError() }
            if let end = end(after: signals) { return end }
            if signals.contains(.changes) { return nil }
            guard live.time.elapsed >= nextHeartbeat else { continue }
            try await writer.write(StreamEventEncoder.heartbeat(at: cursor))
            lastWrite = live.time.elapsed
        }
    }

    private func end(after signals: StreamListener.Signals) -> StreamEnd? {
        if signals.contains(.draining) || live.hub.isDraining { return .draining }
        return live.time.now >= expiresAt ? .tokenExpired : nil
    }
}
