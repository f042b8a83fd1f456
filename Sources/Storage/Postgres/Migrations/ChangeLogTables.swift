/// The tables of the change log (spec: storage.md, "What is stored"; decision 11).
///
/// `created_at` is the place in the change clock. `members` says which payload members a change was pushed with (decision 3); NULL in rows that another
/// server wrote. `payload_bytes` is the size of a change's JSON, NULL in such rows.
///
/// No index can tell the planner which one a question is for, and its estimates mislead it: so the collation of `user_id` says it. "C" and "POSIX" order
/// bytes alike; a question names the one of its index.
enum ChangeLogTables {
    static let changes = """
        CREATE TABLE sync_changes (
          id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
          app_id text NOT NULL,
          table_name text NOT NULL,
          record_id text NOT NULL,
          user_id text NOT NULL,
          space_id text,
          op text NOT NULL CHECK (op IN ('insert', 'update', 'delete')),
          data json,
          field_timestamps json NOT NULL DEFAULT '{}',
          field_values json,
          deleted_at text,
          members smallint CHECK (members BETWEEN 0 AND 7),
          client_id text NOT NULL DEFAULT '',
          schema_version integer NOT NULL DEFAULT 1 CHECK (schema_version >= 1),
          actor json,
          origin text,
          payload_bytes integer,
          created_at timestamptz NOT NULL DEFAULT now()
        )
        """

    static let indexes = [
        """
        CREATE INDEX sync_changes_by_app ON sync_changes (user_id COLLATE "C", app_id, created_at)
        """,
        """
        CREATE INDEX sync_changes_by_table ON sync_changes (user_id COLLATE "POSIX", app_id, table_name, created_at)
        """,
        """
        CREATE INDEX sync_changes_by_space ON sync_changes (space_id, app_id, created_at) WHERE space_id IS NOT NULL
        """,
        """
        CREATE INDEX sync_changes_by_user ON sync_changes (user_id, created_at)
        """,
        """
        CREATE INDEX sync_changes_by_time ON sync_changes USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on)
        """,
    ]

    /// The change clock: the sequence's value is the last place given out, in microseconds since 1970. CACHE 1, so that no connection keeps places.
    static let clock = """
        CREATE SEQUENCE sync_change_clock AS bigint CACHE 1 START 1
        """

    static let quarantineAndReceipts = [
        """
        CREATE TABLE sync_quarantine (
          seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          user_id text NOT NULL,
          app_id text NOT NULL,
          table_name text NOT NULL,
          record_id text NOT NULL,
          space_id text,
          op text NOT NULL CHECK (op IN ('insert', 'update', 'delete')),
          data json,
          field_timestamps json NOT NULL DEFAULT '{}',
          field_values json,
          deleted_at text,
          members smallint NOT NULL CHECK (members BETWEEN 0 AND 7),
          client_id text NOT NULL,
          schema_version integer NOT NULL CHECK (schema_version >= 1),
          actor json,
          origin text,
          event_id uuid,
          digest uuid NOT NULL,
          reason text NOT NULL,
          quarantined_at timestamptz NOT NULL
        )
        """,
        """
        CREATE INDEX sync_quarantine_by_user ON sync_quarantine (user_id, quarantined_at)
        """,
        """
        CREATE INDEX sync_quarantine_by_event ON sync_quarantine (user_id, event_id) WHERE event_id IS NOT NULL
        """,
        """
        CREATE TABLE sync_push_receipts (
          user_id text NOT NULL,
          app_id text NOT NULL,
          client_id text NOT NULL,
          since bigint NOT NULL,
          stored_at bigint NOT NULL,
          expires_hour integer NOT NULL,
          digests uuid[] NOT NULL,
          occurrences integer[] NOT NULL,
          places timestamptz[] NOT NULL,
          reasons text[],
          PRIMARY KEY (user_id, app_id, client_id)
        ) WITH (fillfactor = 70)
        """,
        """
        CREATE INDEX sync_push_receipts_by_expiry ON sync_push_receipts (expires_hour)
        """,
    ]
}
