import Domain
import Testing

/// Random pushes, joins, leaves and reads against what each user should see. The seed of a failure is in its comment.
let spaceModelContract = (0..<12).map { round in
    ContractCase("Members see what the model of spaces says, round \(round)") { fixture in
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        var model = SpaceModel()
        for step in 0..<100 {
            let comment: Comment = "seed \(seed), step \(step)"
            let user = members.randomElement(using: &random) ?? anna
            switch Int.random(in: 0..<11, using: &random) {
            case 0..<5:
                let changes = (0..<Int.random(in: 1...3, using: &random)).map { index in
                    var change = insert("\(user)-\(step)-\(index)")
                    change.space = [nil, family, work].randomElement(using: &random) ?? nil
                    return change
                }
                try await fixture.log.store(push(changes, user: user, client: ClientID("c\(step % 2)")))
                for change in changes { model.write(change, by: user) }
            case 5..<7:
                // One space is joined at a time: which of two comes first is the store's choice.
                var spaces = model.spaces(of: user)
                let space = Bool.random(using: &random) ? family : work
                if spaces.remove(space) == nil { spaces.insert(space) }
                let hasChanged = model.grant(spaces, to: user)
                let readable = spaces.filter { _ in Bool.random(using: &random) }
                #expect(try await fixture.grant(spaces, readable: readable, to: user) == hasChanged, comment)
            case 7:
                // What a member may do changes alone: nobody joins.
                let readable = model.spaces(of: user).filter { _ in Bool.random(using: &random) }
                let hasChanged = try await fixture.grant(model.spaces(of: user), readable: readable, to: user)
                #expect(!hasChanged, comment)
                let answer = try await fixture.grants.lastAnswer(about: user)
                #expect(answer?.writableSpaces == model.spaces(of: user).subtracting(readable), comment)
            case 8: if step % 3 == 0 { try await fixture.reopen() }
            default:
                let limit = Int.random(in: 1...7, using: &random)
                let mark = model.marks[user]?.randomElement(using: &random) ?? (Cursor.beginning, 0)
                let chain = try await fixture.sharedChain(of: user, after: mark.0, limit: limit)
                #expect(chain.records == model.due(to: user, after: mark.1), comment)
                guard chain.records == model.due(to: user, after: mark.1) else { return }
                model.mark(user, chain.until)
            }
        }
        for user in members {
            #expect(try await fixture.shared(of: user) == model.due(to: user, after: 0), "seed \(seed)")
        }
    }
}

private let members = [anna, bert, carl]

/// What each user should see: a list for each of them, to which everything is appended at once.
private struct SpaceModel {
    private struct Entry {
        var number: Int
        var record: String
        /// The space whose grant it came by; nil for what the user wrote.
        var grant: SpaceID?
    }

    private var rows: [(record: String, user: UserID, space: SpaceID?)] = []
    private var grants: [UserID: Set<SpaceID>] = [:]
    private var views: [UserID: [Entry]] = [:]
    private var count = 0
    /// Cursors of each user, and how many entries there had been when they were given.
    var marks: [UserID: [(Cursor, Int)]] = [:]

    func spaces(of user: UserID) -> Set<SpaceID> { grants[user, default: []] }

    mutating func write(_ change: PushedChange, by user: UserID) {
        rows.append((change.record.text, user, change.space))
        append(change.record.text, to: user, through: nil)
        for (member, spaces) in grants where member != user {
            if let space = change.space, spaces.contains(space) {
                append(change.record.text, to: member, through: space)
            }
        }
    }

    mutating func grant(_ spaces: Set<SpaceID>, to user: UserID) -> Bool {
        let before = grants[user, default: []]
        views[user]?.removeAll { entry in entry.grant.map { !spaces.contains($0) } ?? false }
        for space in spaces.subtracting(before) {
            for row in rows where row.space == space && row.user != user {
                append(row.record, to: user, through: space)
            }
        }
        grants[user] = spaces
        return before != spaces
    }

    private mutating func append(_ record: String, to user: UserID, through grant: SpaceID?) {
        count += 1
        views[user, default: []].append(Entry(number: count, record: record, grant: grant))
    }

    func due(to user: UserID, after mark: Int) -> [String] {
        views[user, default: []].filter { $0.number > mark }.map(\.record)
    }

    mutating func mark(_ user: UserID, _ cursor: Cursor) { marks[user, default: []].append((cursor, count)) }
}
