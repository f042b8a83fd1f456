import Domain

/// What a listener wants to hear of, and may.
struct LiveScope: Hashable, Sendable {
    /// Who listens: they hear of what they wrote by other clients.
    let user: UserID
    /// The client that listens: it does not hear of its own pushes.
    var client: ClientID?
    /// The app, or nil for all.
    var app: AppID?
    /// The tables, or nil for all.
    var tables: Set<TableName>?
    /// The spaces that the user is a member of: they hear of what anyone writes there.
    var spaces: Set<SpaceID> = []

    /// Whether a listener of this scope is to hear of `notice`.
    func hears(_ notice: ChangeNotice) -> Bool {
        let isAuthor = notice.author == user
        guard isAuthor || notice.space.map(spaces.contains) == true else { return false }
        if isAuthor, let client, notice.client == client { return false }
        if let app, app != notice.app { return false }
        return tables?.isDisjoint(with: notice.tables) != true
    }

    /// Where the hub looks for it.
    var audiences: [LiveAudience] { [.author(user)] + spaces.map { .space($0) } }
}

/// Those whom a notice may concern.
enum LiveAudience: Hashable, Sendable {
    /// The author's own devices.
    case author(UserID)
    /// The members of a space.
    case space(SpaceID)
}

extension ChangeNotice {
    /// Whom it may concern.
    var audiences: [LiveAudience] {
        if let space { [.author(author), .space(space)] } else { [.author(author)] }
    }
}

/// Somebody who is told of commits. Called on the event loop that it registered with, where there is one.
protocol LiveListener: AnyObject, Sendable {
    /// What it hears of; never changes.
    var scope: LiveScope { get }

    /// These were committed; its scope hears each of them.
    func hear(_ notices: [ChangeNotice])

    /// The user may read other spaces than its scope says.
    func grantsChanged()

    /// Anything may have been committed.
    func mayHaveMissed()

    /// The server drains.
    func drain()
}
