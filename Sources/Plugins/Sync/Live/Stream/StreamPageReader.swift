import Domain
import Kernel
import Logging
import NIOCore

/// Reads a stream's pages one after another, and tries again where the store cannot answer for a moment.
struct StreamPageReader {
    /// A page's events, nil where it has no rows, and whether another page is there already.
    typealias Page = (events: ByteBuffer?, hasMore: Bool)

    /// Whether the reader's spaces are not those that the stream listens to. Then its last page is not to be written.
    private(set) var hasOtherSpaces = false

    /// Where the next page begins.
    private(set) var cursor: Cursor
    private let live: LiveServices
    private let listener: StreamListener
    private var query: ChangeQuery
    private let logger: Logger

    init(live: LiveServices, listener: StreamListener, query: ChangeQuery, logger: Logger) {
        cursor = query.after
        self.live = live
        self.listener = listener
        self.query = query
        self.logger = logger
    }

    /// The pauses before further tries: about six seconds, in which a store that is busy or restarts comes back.
    private static let pauses: [Duration] = [100, 200, 400, 800, 1600, 3200].map { .milliseconds($0) }

    /// The next page; nil where the store cannot be read, which is logged, the reader's spaces are others, or the stream has to end meanwhile.
    ///
    /// - Throws: `CancellationError`.
    mutating func next() async throws -> Page? {
        query.after = cursor
        var pauses = Self.pauses[...]
        if let spaces = live.spaces {
            do throws(MembershipsUnavailable) {
                try await spaces.directory.prepareRead(by: query.user)
            } catch {
                logger.warning("a stream ends: \(error)")
                return nil
            }
        }
        while true {
            try await live.turns.begin()
            do throws(StoreError) {
                defer { live.turns.end() }
                let encoder = StreamEventEncoder(after: cursor, timestampKey: live.config.fieldTimestampKey)
                let page = try await live.log.read(query, into: encoder)
                if let spaces = page.spaces, spaces != listener.scope.spaces {
                    hasOtherSpaces = true
                    return nil
                }
                live.countDelivered(page.count)
                cursor = page.until
                let hasMore = page.hasMore
                return ((consume page).events(), hasMore)
            } catch {
                guard error.mayPass, let pause = pauses.popFirst() else {
                    logger.error("a stream ends: \(error)", metadata: ["code": "\(error.code.rawValue)"])
                    return nil
                }
                try await live.time.sleep(for: pause)
                if live.hub.isDraining { return nil }
            }
        }
    }
}

extension StoreError {
    /// Whether the same request may succeed soon.
    fileprivate var mayPass: Bool { code == .unavailable || code == .overloaded }
}
