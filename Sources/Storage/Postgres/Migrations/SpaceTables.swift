import StorageShared

/// Who may read which space (decision 13).
///
/// `joined_at`: what is written into the space later is read by its own place; what is older is inherited, at places up to there. `inherited_to`: the last
/// such place given out, of any app. An app's inheritance is read in the log's order up to `through_at` and `through_id`. `lock_key` is the space's.
/// `may_write` is null where that is not known: the grant came with a backup that does not tell.
enum SpaceTables {
    static let migration = Migration(
        owner: "storage", name: "0003-space-grants",
        statements: tables + policies + [
            SpaceFunctions.holdScopes, SpaceFunctions.seeScopes, SpaceFunctions.readScopes,
            GrantFunctions.keepAccess, GrantFunctions.grant, GrantFunctions.inherit,
        ])

    private static let tables = [
        """
        CREATE TABLE sync_space_memberships (
          user_id text PRIMARY KEY,
          asked_at bigint NOT NULL
        )
        """,
        """
        CREATE TABLE sync_space_grants (
          grant_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          user_id text NOT NULL,
          space_id text NOT NULL,
          lock_key bigint NOT NULL,
          joined_at timestamptz NOT NULL,
          inherited_to timestamptz NOT NULL,
          may_write boolean,
          ended_at timestamptz
        )
        """,
        """
        CREATE UNIQUE INDEX sync_space_grants_by_user ON sync_space_grants (user_id, space_id) WHERE ended_at IS NULL
        """,
        """
        CREATE INDEX sync_space_grants_of_user ON sync_space_grants (user_id)
        """,
        """
        CREATE TABLE sync_space_inheritance (
          grant_id bigint NOT NULL,
          app_id text NOT NULL,
          through_at timestamptz NOT NULL,
          through_id uuid NOT NULL,
          is_complete boolean NOT NULL,
          PRIMARY KEY (grant_id, app_id)
        )
        """,
        """
        CREATE TABLE sync_inherited_changes (
          grant_id bigint NOT NULL,
          app_id text NOT NULL,
          place timestamptz NOT NULL,
          change_id uuid NOT NULL,
          PRIMARY KEY (grant_id, app_id, place)
        )
        """,
    ]

    /// Everyone sees and changes what is granted to them alone. Where the transaction names the spaces that may be written into, as a JSON array, nobody
    /// writes into another one; it does not where spaces are labels.
    private static let policies =
        isolation(of: "sync_space_memberships", where: isUsers) + isolation(of: "sync_space_grants", where: isUsers)
        + isolation(of: "sync_space_inheritance", where: isOfGrants)
        + isolation(of: "sync_inherited_changes", where: isOfGrants)
        + ["INSERT", "UPDATE"].map { command in
            """
            CREATE POLICY sync_changes_writable_spaces_\(command.lowercased()) ON sync_changes AS RESTRICTIVE FOR \(command)
              WITH CHECK (space_id IS NULL
                OR coalesce((SELECT current_setting('app.writable_space_ids', true)), '') = ''
                OR space_id = ANY (ARRAY(
                  SELECT json_array_elements_text(
                    coalesce(nullif(current_setting('app.writable_space_ids', true), ''), '[]')::json))))
            """
        }

    private static let isUsers = "user_id = (SELECT current_setting('app.current_user_id', true))"
    /// The policy of the grants says the same, but beside the operator's, and then no index is used.
    private static let isOfGrants = "grant_id = ANY (ARRAY(SELECT grant_id FROM sync_space_grants WHERE \(isUsers)))"

    private static func isolation(of table: String, where isOwn: String) -> [String] {
        let isOperator = "(SELECT current_setting('app.operator', true)) = 'on'"
        return [
            "ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY", "ALTER TABLE \(table) FORCE ROW LEVEL SECURITY",
            "CREATE POLICY \(table)_user_isolation ON \(table) USING (\(isOwn)) WITH CHECK (\(isOwn))",
            "CREATE POLICY \(table)_operator ON \(table) USING (\(isOperator)) WITH CHECK (\(isOperator))",
        ]
    }
}
