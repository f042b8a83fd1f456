/// The functions that make and end grants, and give inherited rows their places (decision 13).
enum GrantFunctions {
    /// Makes `p_spaces` those that the user may read, and write into where `p_writable` says so, unless a younger answer was granted before.
    ///
    /// The row of `sync_space_memberships` is locked first, so that the user's grants change one by one. A join sets places of the clock aside, as
    /// many as the space has rows. Those are counted before the locks are had, and under them only what came meanwhile. All scopes of the user are
    /// held: so none of their rows gets a place in between. A change of access alone moves no row and holds no scope.
    static let grant = """
        CREATE FUNCTION sync_grant_spaces(p_role text, p_user text, p_user_key bigint, p_spaces text[], p_keys bigint[],
          p_writable boolean[], p_now bigint, p_age bigint, p_lock_timeout text, p_statement_timeout text, OUT changed boolean)
        LANGUAGE plpgsql AS $$
        DECLARE
          v_now bigint := coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
          v_ended text[];
          v_begun text[];
          v_all boolean;
          v_space text;
          v_key bigint;
          v_writable boolean;
          v_counts bigint[] := '{}';
          v_newest timestamptz[] := '{}';
          v_count bigint;
          v_last timestamptz;
          v_before bigint;
          v_after bigint;
          v_ignored text;
        BEGIN
          changed := false;
          PERFORM sync_enter(p_role, p_user, '', p_lock_timeout, p_statement_timeout);
          INSERT INTO sync_space_memberships AS m (user_id, asked_at) VALUES (p_user, v_now - p_age)
            ON CONFLICT (user_id) DO UPDATE SET asked_at = excluded.asked_at
              WHERE m.asked_at <= excluded.asked_at OR m.asked_at > v_now;
          IF NOT FOUND THEN RETURN; END IF;

          SELECT array_agg(g.space_id) INTO v_ended FROM sync_space_grants AS g
            WHERE g.user_id = p_user AND g.ended_at IS NULL AND g.space_id <> ALL (p_spaces);
          SELECT array_agg(s.space) INTO v_begun FROM unnest(p_spaces) AS s (space)
            WHERE NOT EXISTS (SELECT FROM sync_space_grants AS g
              WHERE g.user_id = p_user AND g.space_id = s.space AND g.ended_at IS NULL);
          IF v_ended IS NULL AND v_begun IS NULL THEN
            PERFORM sync_keep_access(p_user, p_spaces, p_writable);
            DELETE FROM sync_inherited_changes AS i WHERE i.ctid = ANY (ARRAY(
              SELECT e.ctid FROM sync_space_grants AS g JOIN sync_inherited_changes AS e ON e.grant_id = g.grant_id
              WHERE g.user_id = p_user AND g.ended_at IS NOT NULL LIMIT 5000));
            IF NOT FOUND THEN
              DELETE FROM sync_space_inheritance AS i USING sync_space_grants AS g
                WHERE i.grant_id = g.grant_id AND g.user_id = p_user AND g.ended_at IS NOT NULL;
              DELETE FROM sync_space_grants AS g WHERE g.user_id = p_user AND g.ended_at IS NOT NULL;
            END IF;
            RETURN;
          END IF;

          v_ignored := set_config('app.current_user_space_ids', to_json(p_spaces)::text, true);
          FOREACH v_space IN ARRAY coalesce(v_begun, '{}') LOOP
            SELECT count(*), coalesce(max(c.created_at), '-infinity') INTO v_count, v_last
              FROM sync_changes AS c WHERE c.space_id = v_space;
            v_counts := v_counts || v_count;
            v_newest := v_newest || v_last;
          END LOOP;

          PERFORM sync_lock_clock(v_now, 4611686018427387903, p_lock_timeout);
          SELECT count(*) > \(ScopeLocks.mostSpaces) INTO v_all FROM (
            SELECT g.lock_key FROM sync_space_grants AS g WHERE g.user_id = p_user AND g.ended_at IS NULL
            UNION SELECT k.key FROM unnest(p_keys) AS k (key)) AS every;
          PERFORM CASE WHEN l.exclusive THEN pg_advisory_xact_lock(l.key) ELSE pg_advisory_xact_lock_shared(l.key) END
            FROM (
              SELECT k.key, bool_or(k.exclusive) AS exclusive
              FROM (
                SELECT p_user_key AS key, true AS exclusive
                UNION ALL
                SELECT bigint '\(ScopeLocks.allSpaces)', v_all
                UNION ALL
                SELECT g.lock_key, g.space_id = ANY (v_ended) IS TRUE FROM sync_space_grants AS g
                  WHERE g.user_id = p_user AND g.ended_at IS NULL AND NOT v_all
                UNION ALL
                SELECT s.key, true FROM unnest(p_spaces, p_keys) AS s (space, key)
                  WHERE s.space = ANY (v_begun) AND NOT v_all
              ) AS k
              GROUP BY k.key ORDER BY k.key
            ) AS l;

          -- A clock that was moved and not drawn from gives out the place that it stands at.
          SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END INTO v_before FROM sync_change_clock;
          UPDATE sync_space_grants AS g SET ended_at = timestamptz 'epoch' + v_before * interval '1 microsecond'
            WHERE g.user_id = p_user AND g.ended_at IS NULL AND g.space_id = ANY (v_ended);
          FOR n IN 1 .. coalesce(cardinality(v_begun), 0) LOOP
            v_space := v_begun[n];
            SELECT s.key, s.writable INTO v_key, v_writable
              FROM unnest(p_spaces, p_keys, p_writable) AS s (space, key, writable) WHERE s.space = v_space;
            SELECT count(*) + v_counts[n] INTO v_count FROM sync_changes AS c
              WHERE c.space_id = v_space AND c.created_at > v_newest[n];
            SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END INTO v_before FROM sync_change_clock;
            SELECT coalesce(max(nextval('sync_change_clock')), v_before) INTO v_after FROM generate_series(1, v_count);
            INSERT INTO sync_space_grants (user_id, space_id, lock_key, joined_at, inherited_to, may_write)
            VALUES (p_user, v_space, v_key, timestamptz 'epoch' + v_after * interval '1 microsecond',
              timestamptz 'epoch' + v_before * interval '1 microsecond', v_writable);
          END LOOP;
          PERFORM sync_keep_access(p_user, p_spaces, p_writable);
          changed := true;END $$
        """

    /// Keeps what the user may do in the spaces that are granted to them. The grants stay what they are otherwise.
    static let keepAccess = """
        CREATE FUNCTION sync_keep_access(p_user text, p_spaces text[], p_writable boolean[])
        RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          UPDATE sync_space_grants AS g SET may_write = s.is_writable
            FROM unnest(p_spaces, p_writable) AS s (space, is_writable)
            WHERE g.user_id = p_user AND g.space_id = s.space AND g.ended_at IS NULL
              AND g.may_write IS DISTINCT FROM s.is_writable;END $$
        """

    /// Gives places to the next rows that the user inherits in an app, of the grant that is oldest.
    static let inherit = """
        CREATE FUNCTION sync_inherit(p_role text, p_user text, p_app text, p_user_key bigint, p_most integer,
          p_lock_timeout text, p_statement_timeout text)
        RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
          v_grant sync_space_grants;
          v_at timestamptz := '-infinity';
          v_id uuid := '00000000-0000-0000-0000-000000000000';
          v_seen bigint;
          v_ignored text;
        BEGIN
          PERFORM sync_enter(p_role, p_user, '', p_lock_timeout, p_statement_timeout);
          PERFORM pg_advisory_xact_lock(p_user_key);
          SELECT g.* INTO v_grant FROM sync_space_grants AS g
            LEFT JOIN sync_space_inheritance AS i ON i.grant_id = g.grant_id AND i.app_id = p_app
            WHERE g.user_id = p_user AND g.ended_at IS NULL
              AND NOT coalesce(i.is_complete, g.inherited_to >= g.joined_at)
            ORDER BY g.grant_id LIMIT 1;
          IF NOT FOUND THEN RETURN; END IF;
          v_ignored := set_config('app.current_user_space_ids', json_build_array(v_grant.space_id)::text, true);
          SELECT i.through_at, i.through_id INTO v_at, v_id FROM sync_space_inheritance AS i
            WHERE i.grant_id = v_grant.grant_id AND i.app_id = p_app;
          IF NOT FOUND THEN
            v_at := '-infinity';
            v_id := '00000000-0000-0000-0000-000000000000';
          END IF;
          WITH next AS MATERIALIZED (
            SELECT c.id, c.created_at, c.user_id, row_number() OVER (ORDER BY c.created_at, c.id) AS n FROM sync_changes AS c
            WHERE c.space_id = v_grant.space_id AND c.app_id = p_app AND c.created_at >= v_at
              AND (c.created_at, c.id) > (v_at, v_id) AND c.created_at <= v_grant.joined_at
            ORDER BY c.created_at, c.id LIMIT p_most
          ), given AS (
            INSERT INTO sync_inherited_changes (grant_id, app_id, place, change_id)
            SELECT v_grant.grant_id, p_app, v_grant.inherited_to + n.n * interval '1 microsecond', n.id
            FROM next AS n WHERE n.user_id <> p_user
          )
          SELECT (SELECT count(*) FROM next), l.created_at, l.id INTO v_seen, v_at, v_id
            FROM (SELECT 1) AS one
            LEFT JOIN LATERAL (SELECT n.created_at, n.id FROM next AS n ORDER BY n.created_at DESC, n.id DESC LIMIT 1) AS l ON true;
          -- What the user wrote is in their log already. Its places are used up even so: then their cursor moves in any case.
          UPDATE sync_space_grants AS g SET inherited_to = g.inherited_to + v_seen * interval '1 microsecond'
            WHERE g.grant_id = v_grant.grant_id;
          INSERT INTO sync_space_inheritance AS i (grant_id, app_id, through_at, through_id, is_complete)
          VALUES (v_grant.grant_id, p_app, coalesce(v_at, '-infinity'),
            coalesce(v_id, '00000000-0000-0000-0000-000000000000'), v_seen < p_most)
          ON CONFLICT (grant_id, app_id) DO UPDATE SET through_at = coalesce(v_at, i.through_at),
            through_id = coalesce(v_id, i.through_id), is_complete = v_seen < p_most;END $$
        """
}
