public import Domain
import Kernel
import NIOCore
import Testing

/// A ``StoreFixture`` whose engine has a ``UserLog``.
public protocol UserLogFixture: StoreFixture {
    /// The users' logs, open.
    var userLog: any UserLog { get }
}

/// One promise of ``UserLog`` and the test that finds it broken.
public struct UserLogCase: Sendable, CustomStringConvertible {
    /// The promise, as a sentence.
    public let promise: String
    let check: @Sendable (any UserLogFixture) async throws -> Void

    init(_ promise: String, _ check: @escaping @Sendable (any UserLogFixture) async throws -> Void) {
        self.promise = promise
        self.check = check
    }

    public var description: String { promise }

    /// Checks the promise on a fresh database, and closes it.
    public func check(on fixture: any UserLogFixture) async throws {
        try await ContractCase(promise) { _ in try await check(fixture) }.check(on: fixture)
    }
}

/// What every engine that has a ``UserLog`` promises; run like ``changeLogContract``.
public let userLogContract: [UserLogCase] =
    userLogViewContract + restoreContract + erasureContract + reapplicationContract + spaceErasureContract

let bert = UserID("bert")
let notes = AppID("notes").unsafelyUnwrapped

extension UserLog {
    /// Every change of a view, read in pages of `limit`.
    func changes(
        _ extent: UserLogExtent, limit: PageLimit = PageLimit(),
        between pages: () async throws -> Void = {}
    ) async throws -> [StoredChange] {
        var rows: [StoredChange] = []
        var after = Cursor.beginning
        while true {
            let page = try await read(extent, after: after, limit: limit, into: RowCollector())
            rows += page.sink.rows
            after = page.until
            guard page.hasMore else { return rows }
            try #require(page.count > 0)
            try await pages()
        }
    }

    /// Every change that a user authored up to now.
    func changes(of user: UserID, limit: PageLimit = PageLimit()) async throws -> [StoredChange] {
        try await changes(try await extent(of: user), limit: limit)
    }

    /// Every quarantined change of a view, read in pages of `limit`.
    func quarantined(_ extent: UserLogExtent, limit: PageLimit = PageLimit()) async throws -> [QuarantinedChange] {
        var rows: [QuarantinedChange] = []
        var after = QuarantinePlace.beginning
        while true {
            let page = try await readQuarantine(extent, after: after, limit: limit, into: QuarantineCollector())
            rows += page.sink.rows
            after = page.until
            guard page.hasMore else { return rows }
        }
    }

    /// Every quarantined change of a user.
    func quarantined(of user: UserID, limit: PageLimit = PageLimit()) async throws -> [QuarantinedChange] {
        try await quarantined(try await extent(of: user), limit: limit)
    }
}

/// A copy of a quarantined change.
struct QuarantinedChange: Hashable {
    var change: StoredChange
    var eventID: EventID?
    var reason: RejectionReason
}

/// Keeps the rows of a page.
struct QuarantineCollector: QuarantineSink {
    private(set) var rows: [QuarantinedChange] = []
    private(set) var writtenBytes = 0

    mutating func appendQuarantined(_ row: borrowing ChangeRow, eventID: EventID?, reason: RejectionReason) {
        rows.append(QuarantinedChange(change: StoredChange(row), eventID: eventID, reason: reason))
        writtenBytes += 100
    }
}
