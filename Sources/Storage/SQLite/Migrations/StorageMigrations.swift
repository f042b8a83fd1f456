package import StorageShared

/// The tables of the change log itself (spec: storage.md, "What is stored").
package enum StorageMigrations {
    /// All of them, in order.
    package static let all = [changeLog, userLog, spaceGrants]

    /// `created_at` is the place in the change clock, in microseconds. `members` says which payload members a change was pushed with: 1 data,
    /// 2 fields, 4 deletedAt; NULL in rows that another server wrote, which pair `data` and `field_timestamps` by field name. `data` holds
    /// what that server's readers expect there: the pushed data, else the values of the fields, else `{"deletedAt":…}`.
    private static let changeLog = Migration(
        owner: "storage", name: "0001-change-log",
        sql: """
            CREATE TABLE sync_changes (
              seq INTEGER PRIMARY KEY,
              id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
              app_id TEXT NOT NULL,
              table_name TEXT NOT NULL,
              record_id TEXT NOT NULL,
              user_id TEXT NOT NULL,
              space_id TEXT,
              op TEXT NOT NULL CHECK (op IN ('insert', 'update', 'delete')),
              data TEXT,
              field_timestamps TEXT NOT NULL DEFAULT '{}',
              field_values TEXT,
              deleted_at TEXT,
              members INTEGER CHECK (members BETWEEN 0 AND 7),
              client_id TEXT NOT NULL DEFAULT '',
              schema_version INTEGER NOT NULL DEFAULT 1 CHECK (schema_version >= 1),
              actor TEXT,
              origin TEXT,
              created_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX sync_changes_by_app ON sync_changes (user_id, app_id, created_at);
            CREATE INDEX sync_changes_by_table ON sync_changes (user_id, app_id, table_name, created_at);
            CREATE INDEX sync_changes_by_space ON sync_changes (space_id, app_id, created_at) WHERE space_id IS NOT NULL;
            CREATE INDEX sync_changes_by_user ON sync_changes (user_id, created_at);

            CREATE TABLE change_clock (
              only INTEGER PRIMARY KEY CHECK (only = 1),
              last INTEGER NOT NULL
            ) STRICT;
            INSERT INTO change_clock (only, last) VALUES (1, 0);

            CREATE TABLE quarantine (
              seq INTEGER PRIMARY KEY,
              user_id TEXT NOT NULL,
              app_id TEXT NOT NULL,
              table_name TEXT NOT NULL,
              record_id TEXT NOT NULL,
              space_id TEXT,
              op TEXT NOT NULL CHECK (op IN ('insert', 'update', 'delete')),
              data TEXT,
              field_timestamps TEXT NOT NULL DEFAULT '{}',
              field_values TEXT,
              deleted_at TEXT,
              members INTEGER NOT NULL CHECK (members BETWEEN 0 AND 7),
              client_id TEXT NOT NULL,
              schema_version INTEGER NOT NULL,
              actor TEXT,
              origin TEXT,
              event_id BLOB CHECK (length(event_id) = 16),
              digest BLOB NOT NULL CHECK (length(digest) = 16),
              reason TEXT NOT NULL,
              quarantined_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX quarantine_by_user ON quarantine (user_id, quarantined_at);
            CREATE INDEX quarantine_by_event ON quarantine (user_id, event_id) WHERE event_id IS NOT NULL;

            CREATE TABLE push_receipts (
              seq INTEGER PRIMARY KEY,
              user_id TEXT NOT NULL,
              app_id TEXT NOT NULL,
              client_id TEXT NOT NULL,
              since INTEGER NOT NULL,
              stored_at INTEGER NOT NULL,
              expires_at INTEGER NOT NULL,
              entries BLOB NOT NULL,
              UNIQUE (user_id, app_id, client_id)
            ) STRICT;
            CREATE INDEX push_receipts_by_expiry ON push_receipts (expires_at);
            """)
}
