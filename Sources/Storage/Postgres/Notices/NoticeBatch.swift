import Domain

/// Notices that wait to be sent to other servers: those of one author, client, app and space are one.
struct NoticeBatch: Sendable {
    private struct Key: Hashable, Sendable {
        var author: UserID
        var client: ClientID?
        var app: AppID
        var space: SpaceID?
    }

    /// The most tables that wait, counted for each author, client, app and space. With more, the others are told to look for themselves.
    static let mostTables = 4096

    private var tables: [Key: Set<TableName>] = [:]
    private var users: Set<UserID> = []
    private var count = 0
    private var isOverfull = false

    /// Whether nothing waits.
    var isEmpty: Bool { count == 0 && !isOverfull }

    /// Adds notices.
    mutating func add(_ notices: [ChangeNotice]) {
        guard !isOverfull else { return }
        for notice in notices {
            let key = Key(author: notice.author, client: notice.client, app: notice.app, space: notice.space)
            let before = tables[key, default: []].count
            tables[key, default: []].formUnion(notice.tables)
            count += (tables[key]?.count ?? 0) - before
        }
        if count > Self.mostTables { overflow() }
    }

    /// Adds that a user's grants have changed.
    mutating func add(grantsOf user: UserID) {
        guard !isOverfull, users.insert(user).inserted else { return }
        count += 1
        if count > Self.mostTables { overflow() }
    }

    /// Gives up on what waits: there is a gap instead.
    mutating func overflow() {
        tables = [:]
        users = []
        count = 0
        isOverfull = true
    }

    /// The messages that say all of it.
    ///
    /// - Parameter told: up to where everything was told of before: all that a gap may hide is behind it.
    func payloads(from sender: NoticeMessage.Sender, told: Int64?) -> [String] {
        guard !isOverfull else { return [NoticeMessage(sender: sender, content: .gap(since: told)).text] }
        var payloads = users.map { NoticeMessage(sender: sender, content: .grantsChanged($0)).text }
        var current = NoticeMessage.Text(sender: sender)
        for (key, tables) in tables {
            // Sets of tables that go into one message with the longest of names beside them.
            for notice in Self.notices(key, tables, most: 8) {
                if current.append(notice) { continue }
                payloads.append(current.text)
                current = NoticeMessage.Text(sender: sender)
                _ = current.append(notice)
            }
        }
        if !current.isEmpty { payloads.append(current.text) }
        return payloads
    }

    /// All of it as news.
    var news: [ChangeNews] {
        guard !isOverfull else { return [.gap] }
        var news = users.map { ChangeNews.grantsChanged($0) }
        let notices = tables.flatMap { Self.notices($0, $1, most: ChangeNotice.mostTables) }
        if !notices.isEmpty { news.append(.committed(notices)) }
        return news
    }

    /// Notices of at most `most` tables each.
    private static func notices(_ key: Key, _ tables: Set<TableName>, most: Int) -> [ChangeNotice] {
        var rest = Array(tables)[...]
        var notices: [ChangeNotice] = []
        while !rest.isEmpty {
            notices.append(
                ChangeNotice(
                    author: key.author, client: key.client, app: key.app, space: key.space,
                    tables: Set(rest.prefix(most))))
            rest = rest.dropFirst(most)
        }
        return notices
    }
}
