/// What export, import and erasure need of the database (decision 12).
///
/// `imported_client_id` is the client that a change had in the archive that it came with: its `client_id` is then empty, so that no client takes it for its
/// own. `content` is what a quarantined change is recognised by when it comes back with an archive; NULL until an import asks. `sync_erasures` is the
/// ledger: `pseudonym` is the user's id under `sync_erasure_key`, `place` how far their rows are gone. It names nobody, so that no policy guards it.
enum UserLogTables {
    static let all = [
        """
        ALTER TABLE sync_changes ADD COLUMN imported_client_id text
        """,
        """
        ALTER TABLE sync_quarantine ADD COLUMN content uuid
        """,
        """
        CREATE INDEX sync_quarantine_by_content ON sync_quarantine (user_id, content)
        """,
        """
        CREATE TABLE sync_erasure_key (
          only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
          secret bytea NOT NULL CHECK (octet_length(secret) = 32)
        )
        """,
        // Two random UUIDs: 244 bits of the server's strong generator, without an extension.
        """
        INSERT INTO sync_erasure_key (secret)
        VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))
        """,
        """
        CREATE TABLE sync_erasures (
          pseudonym bytea NOT NULL CHECK (octet_length(pseudonym) = 32),
          place timestamptz NOT NULL,
          erased bigint NOT NULL,
          erased_at timestamptz NOT NULL,
          PRIMARY KEY (pseudonym, place)
        )
        """,
    ]
}
