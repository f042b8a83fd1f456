public import Domain
public import Kernel
import NIOCore
import Testing

/// The instant at which a fixture's wall clock stands at first: 2026-01-01T00:00:00Z.
public let contractStart = UnixTime(seconds: 1_767_225_600)

/// The app of most tests.
let todo = AppID("todo").unsafelyUnwrapped
let anna = UserID("anna")
let phone = ClientID("phone")
let laptop = ClientID("laptop")

/// An insert whose identity follows from its `text`, as that of equal bytes does.
public func insert(
    _ text: String, table: String = "tasks", occurrence: UInt32 = 0, eventID: EventID? = nil,
    refusal: RejectionReason? = nil
) -> PushedChange {
    change(
        text, .insert, Payload(data: JSONText("{\"text\":\"\(text)\"}")), table: table, occurrence: occurrence,
        eventID: eventID, refusal: refusal)
}

/// A change whose identity follows from `text`, its operation and its table.
public func change(
    _ text: String, _ operation: Domain.Operation, _ payload: Payload, table: String = "tasks",
    occurrence: UInt32 = 0, eventID: EventID? = nil, refusal: RejectionReason? = nil
) -> PushedChange {
    var high: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in "\(operation.rawValue) \(table) \(text)".utf8 { high = (high ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return PushedChange(
        table: TableName(table), record: RecordID(text), operation: operation, eventID: eventID, payload: payload,
        fingerprint: ChangeFingerprint(high: high, low: ~high, occurrence: occurrence), refusal: refusal)
}

/// A push of Anna's phone, unless said otherwise.
public func push(
    _ changes: [PushedChange], user: UserID = UserID("anna"), app: AppID? = nil,
    client: ClientID? = ClientID("phone"), since: Cursor = .beginning, retryWindow: Duration = .seconds(24 * 3600)
) -> Push {
    Push(
        user: user, app: app ?? todo, client: client, since: since, changes: changes, retryWindow: retryWindow)
}

extension ChangeLog {
    /// Stores a push and gives what became of it.
    @discardableResult
    public func store(_ push: Push) async throws -> PushOutcome {
        try await storeAndRead(push).outcome
    }

    /// Stores a push and gives the delta, read from the push's `since` as the protocol does.
    public func storeAndRead(_ push: Push) async throws -> (outcome: PushOutcome, page: ChangePage<RowCollector>) {
        let query = ChangeQuery(user: push.user, client: push.client, app: push.app, after: push.since)
        let (outcome, page) = try await append(push, thenReading: query, into: RowCollector())
        return (outcome, page)
    }

    /// Reads one page as somebody who pushed nothing.
    public func page(
        of user: UserID = UserID("anna"), client: ClientID? = nil, app: AppID? = nil, tables: Set<TableName>? = nil,
        after: Cursor = .beginning, limit: Int = 1000, byteLimit: Int = 4 << 20
    ) async throws -> ChangePage<RowCollector> {
        let query = ChangeQuery(
            user: user, client: client, app: app ?? todo, tables: tables, after: after, limit: limit,
            byteLimit: byteLimit)
        return try await read(query, into: RowCollector())
    }

    /// Follows the cursors from `after` until there is no more.
    public func everything(
        of user: UserID = UserID("anna"), client: ClientID? = nil, app: AppID? = nil, tables: Set<TableName>? = nil,
        after: Cursor = .beginning, limit: Int = 1000
    ) async throws -> [StoredChange] {
        var rows: [StoredChange] = []
        var after = after
        while true {
            let page = try await page(
                of: user, client: client, app: app, tables: tables, after: after, limit: limit)
            rows += page.sink.rows
            try #require(page.until >= min(after, page.until))
            after = page.until
            guard page.hasMore else { return rows }
            try #require(page.count > 0)
        }
    }
}

extension ChangePage<RowCollector> {
    /// The records of the page's rows, which tests name by their text.
    public var records: [String] { sink.rows.map(\.record) }
}

extension EventID {
    /// An id for tests.
    static func numbered(_ number: UInt64) -> EventID {
        EventID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 | number)
    }
}
