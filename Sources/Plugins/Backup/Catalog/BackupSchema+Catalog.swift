import Domain

extension BackupSchema {
    /// The catalog of backups, and when the next one is due. `slot` is 1 while a run is under way: so there is one over all instances. `heartbeat_at` says when
    /// its instance was last seen.
    static let catalog = PluginMigration(
        "0002-catalog",
        sqlite: """
            CREATE TABLE sync_backup_runs (
              id TEXT PRIMARY KEY,
              kind TEXT NOT NULL,
              status TEXT NOT NULL CHECK (status IN ('running', 'verifying', 'done', 'failed')),
              slot INTEGER UNIQUE CHECK (slot = 1),
              instance TEXT NOT NULL,
              heartbeat_at INTEGER NOT NULL,
              requested_by TEXT NOT NULL,
              requested_by_email TEXT,
              audit_id INTEGER,
              storage_uri TEXT,
              size_bytes INTEGER,
              row_counts TEXT NOT NULL DEFAULT '{}',
              sheet_count INTEGER,
              warnings TEXT NOT NULL DEFAULT '[]',
              error TEXT,
              started_at INTEGER NOT NULL,
              finished_at INTEGER,
              deleted_at INTEGER,
              verified_at INTEGER,
              sha256 TEXT
            ) STRICT;
            CREATE INDEX sync_backup_runs_by_start ON sync_backup_runs (started_at);
            CREATE TABLE sync_backup_schedule (
              only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
              schedule TEXT NOT NULL,
              next_due INTEGER NOT NULL,
              deployment INTEGER NOT NULL
            ) STRICT;
            """,
        postgres: [
            """
            CREATE TABLE sync_backup_runs (
              id text PRIMARY KEY,
              kind text NOT NULL,
              status text NOT NULL CHECK (status IN ('running', 'verifying', 'done', 'failed')),
              slot bigint UNIQUE CHECK (slot = 1),
              instance text NOT NULL,
              heartbeat_at bigint NOT NULL,
              requested_by text NOT NULL,
              requested_by_email text,
              audit_id bigint,
              storage_uri text,
              size_bytes bigint,
              row_counts text NOT NULL DEFAULT '{}',
              sheet_count bigint,
              warnings text NOT NULL DEFAULT '[]',
              error text,
              started_at bigint NOT NULL,
              finished_at bigint,
              deleted_at bigint,
              verified_at bigint,
              sha256 text
            )
            """,
            "CREATE INDEX sync_backup_runs_by_start ON sync_backup_runs (started_at)",
            """
            CREATE TABLE sync_backup_schedule (
              only_row bigint PRIMARY KEY CHECK (only_row = 1),
              schedule text NOT NULL,
              next_due bigint NOT NULL,
              deployment bigint NOT NULL
            )
            """,
        ])
}
