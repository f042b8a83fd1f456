import Domain

/// A message from one server to the others, as NOTIFY carries it.
///
/// A message is `1 <sender> ` and one of:
/// - the notices, each as fields of the form `<UTF-8 bytes>:<text>,`: author, client, app, space (the latter two empty where there is none), how many tables
///   follow, and the tables;
/// - `grants ` and a field, the user whose grants have changed;
/// - `gap `, and a place of the change clock behind which the sender may not have told of its commits, or nothing;
/// - `ping ` and a place up to which it has told of all of them;
/// - `farewell`: it has told of all of them and goes.
struct NoticeMessage: Hashable, Sendable {
    /// Which server a message is from.
    struct Sender: Hashable, Sendable {
        let text: String

        static func random() -> Sender { Sender(text: String(UInt64.random(in: 0...UInt64.max), radix: 36)) }
    }

    /// The channel that all servers over one database listen on.
    static let channel = "mana_sync_changes"
    /// NOTIFY takes payloads under 8,000 bytes.
    static let mostBytes = 7_900

    /// What a server has to say.
    enum Content: Hashable, Sendable {
        case committed([ChangeNotice])
        case grantsChanged(UserID)
        case gap(since: Int64?)
        case ping(told: Int64)
        case farewell
    }

    private static let grants = "grants "
    private static let gap = "gap "
    private static let ping = "ping "
    private static let farewell = "farewell"

    var sender: Sender
    var content: Content

    init(sender: Sender, content: Content) {
        self.sender = sender
        self.content = content
    }

    /// Reads a message; nil for one that this version does not understand.
    init?(text: String) {
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "1" else { return nil }
        sender = Sender(text: String(parts[1]))
        guard let content = Self.content(parts[2]) else { return nil }
        self.content = content
    }

    private static func content(_ text: Substring) -> Content? {
        if text == farewell { return .farewell }
        if text == gap { return .gap(since: nil) }
        if text.hasPrefix(gap) { return Int64(text.dropFirst(gap.count)).map { .gap(since: $0) } }
        if text.hasPrefix(ping) { return Int64(text.dropFirst(ping.count)).map { .ping(told: $0) } }
        if text.hasPrefix(grants) {
            var fields = Fields(rest: ArraySlice(text.utf8.dropFirst(grants.utf8.count)))
            guard let user = fields.next(), fields.rest.isEmpty else { return nil }
            return .grantsChanged(UserID(user))
        }
        var fields = Fields(rest: ArraySlice(text.utf8))
        var notices: [ChangeNotice] = []
        while !fields.rest.isEmpty {
            guard let notice = fields.notice() else { return nil }
            notices.append(notice)
        }
        return notices.isEmpty ? nil : .committed(notices)
    }

    /// The message's text.
    var text: String {
        var text = Text(sender: sender)
        switch content {
        case .committed(let notices): for notice in notices { text.append(unbounded: notice) }
        case .grantsChanged(let user): text.append("\(Self.grants)\(user.text.utf8.count):\(user.text),")
        case .gap(let place): text.append("\(Self.gap)\(place.map { "\($0)" } ?? "")")
        case .ping(let told): text.append("\(Self.ping)\(told)")
        case .farewell: text.append(Self.farewell)
        }
        return text.text
    }

    /// A message while it is written.
    struct Text {
        private(set) var text: String
        private(set) var isEmpty = true

        init(sender: Sender) {
            text = "1 \(sender.text) "
        }

        /// Appends a notice if there is room for it. The first one always has.
        mutating func append(_ notice: ChangeNotice) -> Bool {
            let written = Self.fields(of: notice)
            guard isEmpty || text.utf8.count + written.utf8.count <= NoticeMessage.mostBytes else { return false }
            text += written
            isEmpty = false
            return true
        }

        mutating func append(unbounded notice: ChangeNotice) {
            append(Self.fields(of: notice))
        }

        fileprivate mutating func append(_ content: String) {
            text += content
            isEmpty = false
        }

        private static func fields(of notice: ChangeNotice) -> String {
            let names =
                [notice.author.text, notice.client?.text ?? "", notice.app.text, notice.space?.text ?? ""]
                + ["\(notice.tables.count)"] + notice.tables.map(\.text)
            return names.map { "\($0.utf8.count):\($0)," }.joined()
        }
    }

    /// A message's fields while they are read.
    private struct Fields {
        var rest: ArraySlice<UInt8>

        mutating func notice() -> ChangeNotice? {
            guard let author = next(), let client = next(), let app = next().flatMap({ AppID($0) }), let space = next(),
                let count = next().flatMap({ Int($0) }), (1...ChangeNotice.mostTables).contains(count)
            else { return nil }
            var tables: Set<TableName> = []
            for _ in 0..<count {
                guard let table = next() else { return nil }
                tables.insert(TableName(table))
            }
            return ChangeNotice(
                author: UserID(author), client: client.isEmpty ? nil : ClientID(client), app: app,
                space: space.isEmpty ? nil : SpaceID(space), tables: tables)
        }

        mutating func next() -> String? {
            guard let colon = rest.firstIndex(of: UInt8(ascii: ":")),
                let count = Int(String(decoding: rest[..<colon], as: UTF8.self)), count >= 0,
                count < rest.endIndex - colon - 1, rest[colon + 1 + count] == UInt8(ascii: ",")
            else { return nil }
            let end = colon + 1 + count
            defer { rest = rest[(end + 1)...] }
            return String(decoding: rest[(colon + 1)..<end], as: UTF8.self)
        }
    }
}
