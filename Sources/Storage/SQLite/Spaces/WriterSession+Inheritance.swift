import Domain

/// Giving inherited rows their places (decision 13).
extension WriterSession {
    /// How many rows one transaction looks at: some 10 ms of the writer's time.
    static let inheritedAtOnce = 4096

    /// Gives places to the next rows that the user inherits in an app, of the grant that is oldest. Nothing where all have theirs.
    mutating func inherit(by user: UserID, in app: AppID) throws(StoreError) {
        try transaction { (session) throws(StoreError) in
            let list = try session.connection.prepare(SpaceGrant.list)
            guard let grant = try SpaceGrant.all(of: user, in: app, by: list).first(where: { !$0.isInherited }) else {
                return
            }
            try session.inherit(grant, by: user, in: app)
        }
    }

    private func inherit(_ grant: SpaceGrant, by user: UserID, in app: AppID) throws(StoreError) {
        let rows = try rowsToInherit(grant, in: app)
        defer { rows.reset() }
        let insert = try connection.prepare(
            "INSERT INTO inherited_changes (grant_id, app_id, place, change_seq) VALUES (?1, ?2, ?3, ?4)")
        try insert.bind(1, grant.id)
        try insert.bind(2, app.text)
        var place = grant.inheritedTo
        var through: (place: Int64, seq: Int64)?
        var count = 0
        while try rows.step() {
            count += 1
            through = (rows.integer(0), rows.integer(1))
            // What the user wrote is in their log already. Its place is used up even so: then their cursor moves in any case.
            place += 1
            guard !rows.string(2).utf8.elementsEqual(user.text.utf8) else { continue }
            try insert.bind(3, place)
            try insert.bind(4, rows.integer(1))
            try insert.run()
        }
        try keep(grant, app, inheritedTo: place, through: through, isComplete: count < Self.inheritedAtOnce)
    }

    private func rowsToInherit(_ grant: SpaceGrant, in app: AppID) throws(StoreError) -> SQLiteStatement {
        let progress = try connection.prepare(
            "SELECT through_place, through_seq FROM space_inheritance WHERE grant_id = ?1 AND app_id = ?2")
        try progress.bind(1, grant.id)
        try progress.bind(2, app.text)
        defer { progress.reset() }
        let through = try progress.step() ? (progress.integer(0), progress.integer(1)) : (Int64.min, Int64.min)
        let rows = try connection.prepare(
            """
            SELECT created_at, seq, user_id FROM sync_changes
            WHERE space_id = ?1 AND app_id = ?2 AND created_at >= ?3 AND (created_at > ?3 OR seq > ?4) AND created_at <= ?5
            ORDER BY created_at, seq LIMIT ?6
            """)
        try rows.bind(1, grant.space.text)
        try rows.bind(2, app.text)
        try rows.bind(3, through.0)
        try rows.bind(4, through.1)
        try rows.bind(5, grant.joinedAt)
        try rows.bind(6, Int64(Self.inheritedAtOnce))
        return rows
    }

    private func keep(
        _ grant: SpaceGrant, _ app: AppID, inheritedTo place: Int64, through: (place: Int64, seq: Int64)?,
        isComplete: Bool
    ) throws(StoreError) {
        let keep = try connection.prepare("UPDATE space_grants SET inherited_to = ?2 WHERE grant_id = ?1")
        try keep.bind(1, grant.id)
        try keep.bind(2, place)
        try keep.run()
        let progress = try connection.prepare(
            """
            INSERT INTO space_inheritance (grant_id, app_id, through_place, through_seq, is_complete)
            VALUES (?1, ?2, coalesce(?3, 0), coalesce(?4, 0), ?5)
            ON CONFLICT (grant_id, app_id) DO UPDATE SET through_place = coalesce(?3, through_place),
              through_seq = coalesce(?4, through_seq), is_complete = ?5
            """)
        try progress.bind(1, grant.id)
        try progress.bind(2, app.text)
        if let through {
            try progress.bind(3, through.place)
            try progress.bind(4, through.seq)
        } else {
            try progress.bindNull(3)
            try progress.bindNull(4)
        }
        try progress.bind(5, isComplete ? 1 : 0)
        try progress.run()
    }
}
