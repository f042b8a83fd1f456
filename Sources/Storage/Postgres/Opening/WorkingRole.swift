import Domain
import PostgresClient

/// As whom the server's transactions work.
///
/// Row-level security means nothing to superusers and to roles with BYPASSRLS, as container databases hand them out. For them migrations make
/// a role without any such right, to which each transaction switches (spec: storage.md, "PostgreSQL").
enum WorkingRole {
    /// The restricted role. Roles belong to the whole cluster; what this one may do is granted in each database.
    static let name = "mana_sync_app"

    /// The role to switch to; nil where the login obeys the policies itself.
    ///
    /// - Throws: `unusable` if the login is above the policies and cannot step down, unless that is allowed.
    static func find(_ client: PostgresClient, allowSuperuser: Bool) async throws(StoreError) -> String? {
        var parameters = PostgresParameters()
        let rights: PostgresResult
        do throws(PostgresError) {
            try parameters.append(name)
            rights = try await client.query(PostgresStatement(query, parameters, isPrepared: false))
        } catch {
            throw StoreError(error)
        }
        guard rights.boolean(0, 0) == true else { return nil }
        if rights.boolean(0, 1) == true { return name }
        guard allowSuperuser else {
            throw StoreError(
                .unusable,
                """
                The database's login is above row-level security, and there is no role \(name) that it can work under: \
                run `mana-sync db migrate` as a superuser, use another login, or set storage.postgres.allowSuperuser.
                """)
        }
        return nil
    }

    private static let query = """
        SELECT r.rolsuper OR r.rolbypassrls,
          (SELECT NOT (a.rolsuper OR a.rolbypassrls) AND pg_has_role(a.oid, 'MEMBER')
              AND has_table_privilege(a.oid, 'sync_changes', 'SELECT, INSERT')
            FROM pg_roles AS a WHERE a.rolname = $1)
        FROM pg_roles AS r WHERE r.rolname = current_user
        """

    /// Grants the role, where there is one and the login is above it, all tables whose names begin as those of a plugin do.
    static func grant(tablesOf owner: String) -> String {
        """
        DO $$
        DECLARE
          v_table name;
        BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(name)')
              OR NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) THEN RETURN; END IF;
          FOR v_table IN SELECT tablename FROM pg_tables
              WHERE schemaname = current_schema() AND starts_with(tablename, 'sync_\(owner)_') LOOP
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO \(name)', v_table);
          END LOOP;
        END $$
        """
    }

    /// Makes the role if the login needs one and may make it, and grants it what the server does.
    static let preparation = [
        """
        DO $$
        DECLARE
          v_login pg_roles;
        BEGIN
          SELECT * INTO v_login FROM pg_roles WHERE rolname = current_user;
          IF NOT (v_login.rolsuper OR v_login.rolbypassrls) THEN RETURN; END IF;
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(name)') THEN
            IF NOT (v_login.rolsuper OR v_login.rolcreaterole) THEN RETURN; END IF;
            BEGIN
              CREATE ROLE \(name) NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
              NULL;
            END;
          END IF;
          IF NOT pg_has_role('\(name)', 'MEMBER') THEN EXECUTE format('GRANT \(name) TO %I', current_user); END IF;
          EXECUTE format('GRANT USAGE ON SCHEMA %I TO \(name)', current_schema());
          GRANT SELECT, INSERT, UPDATE, DELETE ON sync_changes, sync_quarantine, sync_push_receipts TO \(name);
          GRANT SELECT, INSERT ON sync_erasures TO \(name);
          GRANT SELECT ON sync_erasure_key TO \(name);
          GRANT SELECT, INSERT, UPDATE, DELETE ON sync_space_memberships, sync_space_grants, sync_space_inheritance,
            sync_inherited_changes TO \(name);
          GRANT SELECT, USAGE, UPDATE ON SEQUENCE sync_change_clock TO \(name);
        END $$
        """
    ]
}
