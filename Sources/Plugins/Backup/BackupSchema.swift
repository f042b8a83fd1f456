import Domain

/// The plugin's own tables (decision 14).
enum BackupSchema {
    static let schema = PluginSchema(owner: "backup", migrations: [auditLog, catalog])

    /// The audit log (spec: backup.md, "Backup runs"): entries without gaps, each with the digest of itself and of the one before it. The
    /// database refuses to change or remove any.
    private static let auditLog = PluginMigration(
        "0001-audit-log",
        sqlite: """
            CREATE TABLE sync_backup_audit (
              number INTEGER PRIMARY KEY CHECK (number > 0),
              event_type TEXT NOT NULL,
              actor_id TEXT NOT NULL,
              actor_email TEXT,
              scope TEXT NOT NULL,
              scope_root TEXT,
              metadata TEXT NOT NULL,
              created_at INTEGER NOT NULL,
              digest BLOB NOT NULL CHECK (length(digest) = 32)
            ) STRICT;
            CREATE TRIGGER sync_backup_audit_stays BEFORE UPDATE ON sync_backup_audit
              BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
            CREATE TRIGGER sync_backup_audit_keeps BEFORE DELETE ON sync_backup_audit
              BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
            """,
        postgres: [
            """
            CREATE TABLE sync_backup_audit (
              number bigint PRIMARY KEY CHECK (number > 0),
              event_type text NOT NULL,
              actor_id text NOT NULL,
              actor_email text,
              scope text NOT NULL,
              scope_root text,
              metadata json NOT NULL,
              created_at bigint NOT NULL,
              digest bytea NOT NULL CHECK (octet_length(digest) = 32)
            )
            """,
            """
            CREATE FUNCTION sync_backup_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              RAISE EXCEPTION 'the audit log is append-only';
            END $$
            """,
            """
            CREATE TRIGGER sync_backup_audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON sync_backup_audit
              FOR EACH STATEMENT EXECUTE FUNCTION sync_backup_audit_refuse()
            """,
        ])
}
