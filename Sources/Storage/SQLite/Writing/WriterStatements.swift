import Domain

/// The writer's statements, prepared once.
struct WriterStatements: Sendable {
    let begin: SQLiteStatement
    let commit: SQLiteStatement
    let savepoint: SQLiteStatement
    let release: SQLiteStatement
    let rollBackToSavepoint: SQLiteStatement

    let readClock: SQLiteStatement
    let writeClock: SQLiteStatement

    let insertChange: SQLiteStatement
    let findEvent: SQLiteStatement
    let insertQuarantined: SQLiteStatement
    let findQuarantined: SQLiteStatement
    let findContent: SQLiteStatement

    let findReceipt: SQLiteStatement
    let writeReceipt: SQLiteStatement
    let purgeReceipts: SQLiteStatement

    init(on connection: SQLiteConnection) throws(StoreError) {
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        savepoint = try connection.prepare("SAVEPOINT push")
        release = try connection.prepare("RELEASE push")
        rollBackToSavepoint = try connection.prepare("ROLLBACK TO push")

        readClock = try connection.prepare("SELECT last FROM change_clock WHERE only = 1")
        writeClock = try connection.prepare("UPDATE change_clock SET last = ?1 WHERE only = 1")

        insertChange = try connection.prepare(
            """
            INSERT INTO sync_changes (\(ChangeParameter.columns), id, created_at, imported_client_id)
            VALUES (\(ChangeParameter.placeholders), ?\(ChangeParameter.count + 1), ?\(ChangeParameter.count + 2),
              ?\(ChangeParameter.count + 3))
            ON CONFLICT (id) DO NOTHING
            """)
        findEvent = try connection.prepare("SELECT created_at, user_id = ?2 FROM sync_changes WHERE id = ?1")
        insertQuarantined = try connection.prepare(
            """
            INSERT INTO quarantine (\(ChangeParameter.columns), event_id, digest, reason, quarantined_at, content)
            VALUES (\(ChangeParameter.placeholders), ?\(ChangeParameter.count + 1), ?\(ChangeParameter.count + 2),
              ?\(ChangeParameter.count + 3), ?\(ChangeParameter.count + 4), ?\(ChangeParameter.count + 5))
            """)
        findQuarantined = try connection.prepare(
            "SELECT reason FROM quarantine WHERE user_id = ?1 AND event_id = ?2 AND digest = ?3 ORDER BY seq LIMIT 1")

        findContent = try connection.prepare(
            "SELECT 1 FROM quarantine WHERE user_id = ?1 AND content = ?2 LIMIT 1")

        findReceipt = try connection.prepare(
            """
            SELECT since, stored_at, entries FROM push_receipts
            WHERE user_id = ?1 AND app_id = ?2 AND client_id = ?3
            """)
        writeReceipt = try connection.prepare(
            """
            INSERT INTO push_receipts (user_id, app_id, client_id, since, stored_at, expires_at, entries)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (user_id, app_id, client_id) DO UPDATE SET
              since = excluded.since, stored_at = excluded.stored_at, expires_at = excluded.expires_at,
              entries = excluded.entries
            """)
        purgeReceipts = try connection.prepare(
            """
            DELETE FROM push_receipts WHERE seq IN
              (SELECT seq FROM push_receipts WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
            """)
    }
}
