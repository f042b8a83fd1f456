import StorageShared

extension StorageMigrations {
    /// `imported_client_id` is the client that a change had in the archive that it came with: its `client_id` is then empty, so that no
    /// client takes it for its own. `content` is what a quarantined change is recognised by when it
    /// comes back with an archive. `erasures` is the ledger: `pseudonym` is the user's id under `erasure_key`, `place` how far their rows are gone.
    static let userLog = Migration(
        owner: "storage", name: "0002-user-log",
        sql: """
            ALTER TABLE sync_changes ADD COLUMN imported_client_id TEXT;

            ALTER TABLE quarantine ADD COLUMN content BLOB CHECK (length(content) = 16);
            CREATE INDEX quarantine_by_content ON quarantine (user_id, content);

            CREATE TABLE erasure_key (
              only INTEGER PRIMARY KEY CHECK (only = 1),
              secret BLOB NOT NULL CHECK (length(secret) = 32)
            ) STRICT;
            INSERT INTO erasure_key (only, secret) VALUES (1, randomblob(32));

            CREATE TABLE erasures (
              pseudonym BLOB NOT NULL CHECK (length(pseudonym) = 32),
              place INTEGER NOT NULL,
              erased INTEGER NOT NULL,
              erased_at INTEGER NOT NULL,
              PRIMARY KEY (pseudonym, place)
            ) STRICT, WITHOUT ROWID;
            """)
}
