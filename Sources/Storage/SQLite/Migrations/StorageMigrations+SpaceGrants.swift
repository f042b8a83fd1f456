import StorageShared

extension StorageMigrations {
    /// Who may read which space (decision 13).
    ///
    /// `joined_at`: what is written into the space later is read by its own place; what is older is inherited, at places up to there. `inherited_to`: the
    /// last such place given out, of any app. An app's inheritance is read in the log's order up to `through_place` and `through_seq`. `may_write` is NULL
    /// where that is not known: the grant came with a backup that does not tell.
    static let spaceGrants = Migration(
        owner: "storage", name: "0003-space-grants",
        sql: """
            CREATE TABLE space_memberships (
              user_id TEXT PRIMARY KEY,
              asked_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE space_grants (
              grant_id INTEGER PRIMARY KEY AUTOINCREMENT,
              user_id TEXT NOT NULL,
              space_id TEXT NOT NULL,
              joined_at INTEGER NOT NULL,
              inherited_to INTEGER NOT NULL,
              may_write INTEGER CHECK (may_write IN (0, 1)),
              ended_at INTEGER
            ) STRICT;
            CREATE UNIQUE INDEX space_grants_by_user ON space_grants (user_id, space_id) WHERE ended_at IS NULL;
            CREATE INDEX space_grants_ended ON space_grants (user_id) WHERE ended_at IS NOT NULL;

            CREATE TABLE space_inheritance (
              grant_id INTEGER NOT NULL,
              app_id TEXT NOT NULL,
              through_place INTEGER NOT NULL,
              through_seq INTEGER NOT NULL,
              is_complete INTEGER NOT NULL CHECK (is_complete IN (0, 1)),
              PRIMARY KEY (grant_id, app_id)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE inherited_changes (
              grant_id INTEGER NOT NULL,
              app_id TEXT NOT NULL,
              place INTEGER NOT NULL,
              change_seq INTEGER NOT NULL,
              PRIMARY KEY (grant_id, app_id, place)
            ) STRICT, WITHOUT ROWID;
            """)
}
