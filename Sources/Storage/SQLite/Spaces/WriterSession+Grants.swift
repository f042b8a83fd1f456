import Domain
import Kernel

/// Making and ending grants (decision 13).
extension WriterSession {
    /// Makes `spaces` those that the user may read, with that access, unless a younger answer was granted before.
    ///
    /// - Returns: Whether the user may read other spaces than before.
    mutating func grant(
        _ spaces: [SpaceID: SpaceAccess], to user: UserID, askedBefore age: Duration
    ) throws(StoreError) -> Bool {
        let now = time.now
        let asked = now.microseconds - max(0, age.microseconds)
        return try transaction { (session) throws(StoreError) in
            guard try session.isNews(of: user, asked: asked, now: now) else { return false }
            let granted = try session.grantedSpaces(of: user)
            for space in granted where spaces[space] == nil { try session.endGrant(of: space, to: user) }
            for space in spaces.keys where !granted.contains(space) { try session.beginGrant(of: space, to: user) }
            for (space, access) in spaces { try session.keep(access, to: space, of: user) }
            try session.forgetEndedGrants(of: user)
            return granted != Set(spaces.keys)
        }
    }

    /// Notes when the user's spaces were asked for; false if that was before an answer that is known. One from the future counts as none: the wall
    /// clock has been set back.
    private func isNews(of user: UserID, asked: Int64, now: UnixTime) throws(StoreError) -> Bool {
        let note = try connection.prepare(
            """
            INSERT INTO space_memberships (user_id, asked_at) VALUES (?1, ?2)
            ON CONFLICT (user_id) DO UPDATE SET asked_at = excluded.asked_at
              WHERE asked_at <= excluded.asked_at OR asked_at > ?3
            """)
        try note.bind(1, user.text)
        try note.bind(2, asked)
        try note.bind(3, now.microseconds)
        try note.run()
        return connection.changedRows == 1
    }

    /// The spaces that the user may read.
    func grantedSpaces(of user: UserID) throws(StoreError) -> Set<SpaceID> {
        try connection.grantedSpaces(of: user)
    }

    /// Sets aside a place for each row that the space has.
    private mutating func beginGrant(of space: SpaceID, to user: UserID) throws(StoreError) {
        let count = try connection.prepare("SELECT count(*) FROM sync_changes WHERE space_id = ?1")
        try count.bind(1, space.text)
        let before = try lastPlace()
        let joinedAt = before + (try count.single())
        let begin = try connection.prepare(
            "INSERT INTO space_grants (user_id, space_id, joined_at, inherited_to) VALUES (?1, ?2, ?3, ?4)")
        try begin.bind(1, user.text)
        try begin.bind(2, space.text)
        try begin.bind(3, joinedAt)
        try begin.bind(4, before)
        try begin.run()
        clock = joinedAt
    }

    /// The grant stays what it is otherwise: a change of access is no join.
    private func keep(_ access: SpaceAccess, to space: SpaceID, of user: UserID) throws(StoreError) {
        let keep = try connection.prepare(
            """
            UPDATE space_grants SET may_write = ?3
            WHERE user_id = ?1 AND space_id = ?2 AND ended_at IS NULL AND may_write IS NOT ?3
            """)
        try keep.bind(1, user.text)
        try keep.bind(2, space.text)
        try keep.bind(3, access == .readWrite ? 1 : 0)
        try keep.run()
    }

    private mutating func endGrant(of space: SpaceID, to user: UserID) throws(StoreError) {
        let end = try connection.prepare(
            "UPDATE space_grants SET ended_at = ?3 WHERE user_id = ?1 AND space_id = ?2 AND ended_at IS NULL")
        try end.bind(1, user.text)
        try end.bind(2, space.text)
        try end.bind(3, try lastPlace())
        try end.run()
    }

    /// Removes all that is kept of which spaces a user was in, or what is as old as an erasure.
    func removeGrants(of user: UserID, upTo last: ErasureLedger.Entry? = nil) throws(StoreError) {
        let (place, time) = (last?.place.time.microseconds ?? .max, last?.erasedAt.microseconds ?? .max)
        let grants = "SELECT grant_id FROM space_grants WHERE user_id = ?1 AND joined_at <= ?2"
        for (condition, bound) in [
            ("inherited_changes WHERE grant_id IN (\(grants))", place),
            ("space_inheritance WHERE grant_id IN (\(grants))", place),
            ("space_grants WHERE user_id = ?1 AND joined_at <= ?2", place),
            ("space_memberships WHERE user_id = ?1 AND asked_at <= ?2", time),
        ] {
            let remove = try connection.prepare("DELETE FROM \(condition)")
            try remove.bind(1, user.text)
            try remove.bind(2, bound)
            try remove.run()
        }
    }

    /// How many inherited rows of ended grants one transaction removes.
    private static let mostForgotten: Int64 = 5000

    /// Removes what was inherited through the user's ended grants, as much as one transaction should.
    private func forgetEndedGrants(of user: UserID) throws(StoreError) {
        let ended = "SELECT grant_id FROM space_grants WHERE user_id = ?1 AND ended_at IS NOT NULL"
        let forget = try connection.prepare(
            """
            DELETE FROM inherited_changes WHERE (grant_id, app_id, place) IN (
              SELECT grant_id, app_id, place FROM inherited_changes WHERE grant_id IN (\(ended)) LIMIT ?2)
            """)
        try forget.bind(1, user.text)
        try forget.bind(2, Self.mostForgotten)
        try forget.run()
        guard connection.changedRows < Self.mostForgotten else { return }
        for sql in [
            "DELETE FROM space_inheritance WHERE grant_id IN (\(ended))",
            "DELETE FROM space_grants WHERE user_id = ?1 AND ended_at IS NOT NULL",
        ] {
            let remove = try connection.prepare(sql)
            try remove.bind(1, user.text)
            try remove.run()
        }
    }
}

extension SQLiteConnection {
    /// The spaces that a user may read.
    func grantedSpaces(of user: UserID) throws(StoreError) -> Set<SpaceID> {
        let list = try prepare("SELECT space_id FROM space_grants WHERE user_id = ?1 AND ended_at IS NULL")
        try list.bind(1, user.text)
        defer { list.reset() }
        var spaces: Set<SpaceID> = []
        while try list.step() { spaces.insert(SpaceID(list.string(0))) }
        return spaces
    }

    /// The answer that the user's grants are of; nil where there is none, or it is from the future.
    func lastAnswer(about user: UserID, now: UnixTime) throws(StoreError) -> GrantedAnswer? {
        let list = try prepare(
            """
            SELECT m.asked_at, g.space_id FROM space_memberships AS m
            LEFT JOIN space_grants AS g ON g.user_id = m.user_id AND g.ended_at IS NULL AND g.may_write = 1
            WHERE m.user_id = ?1
            """)
        try list.bind(1, user.text)
        defer { list.reset() }
        var answer: GrantedAnswer?
        while try list.step() {
            let age = now.since(UnixTime(microseconds: list.integer(0)))
            guard age >= .zero else { return nil }
            if answer == nil { answer = GrantedAnswer(age: age, writableSpaces: []) }
            if !list.isNull(1) { answer?.writableSpaces.insert(SpaceID(list.string(1))) }
        }
        return answer
    }

    /// The tables that have rows of those of `spaces` which the user may read.
    func tables(of spaces: Set<SpaceID>, readBy user: UserID) throws(StoreError) -> [AppID: Set<TableName>] {
        let list = try prepare("SELECT DISTINCT app_id, table_name FROM sync_changes WHERE space_id = ?1")
        defer { list.reset() }
        var tables: [AppID: Set<TableName>] = [:]
        for space in try grantedSpaces(of: user).intersection(spaces) {
            try list.bind(1, space.text)
            while try list.step() {
                guard let app = AppID(list.string(0)) else { continue }
                tables[app, default: []].insert(TableName(list.string(1)))
            }
            list.reset()
        }
        return tables
    }
}
