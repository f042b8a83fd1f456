/// The functions that begin the transactions of a member of spaces (decision 13).
///
/// A function that was released is not changed: a new one is made beside it, for servers of both versions may work on one database.
enum SpaceFunctions {
    /// Holds the given locks, and shared those of the spaces that are granted to `p_readers`, all in the order of their keys. Nobody is granted a space
    /// while their own lock is held: one that was, after the locks were chosen and before they were had, fails the attempt, which is then repeated. So
    /// are several readers who have too many spaces between them, each by themselves.
    static let holdScopes = """
        CREATE FUNCTION sync_hold_scopes(p_readers text[], p_locks bigint[], p_exclusive boolean[])
        RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
          v_keys bigint[];
          v_all boolean;
          v_done boolean;
        BEGIN
          SELECT array_agg(DISTINCT g.lock_key) INTO v_keys FROM sync_space_grants AS g
            WHERE g.user_id = ANY (p_readers) AND g.ended_at IS NULL;
          IF v_keys IS NULL THEN
            \(TransactionFunctions.holdScopes)
          ELSE
            IF cardinality(p_readers) > 1 AND cardinality(v_keys) > \(ScopeLocks.mostGrantedTogether) THEN
              RAISE EXCEPTION 'the readers have too many spaces between them' USING ERRCODE = '40001';
            END IF;
            v_all := cardinality(p_readers) = 1 AND cardinality(v_keys) > \(ScopeLocks.mostSpaces);
            PERFORM CASE WHEN l.exclusive THEN pg_advisory_xact_lock(l.key) ELSE pg_advisory_xact_lock_shared(l.key) END
              FROM (
                SELECT k.key, bool_or(k.exclusive) AS exclusive
                FROM (
                  SELECT w.key, w.exclusive FROM unnest(p_locks, p_exclusive) AS w (key, exclusive)
                  UNION ALL
                  SELECT bigint '\(ScopeLocks.allSpaces)', v_all
                  UNION ALL
                  SELECT g.key, false FROM unnest(v_keys) AS g (key) WHERE NOT v_all
                ) AS k
                GROUP BY k.key ORDER BY k.key
              ) AS l;
          END IF;
          IF EXISTS (SELECT FROM sync_space_grants AS g WHERE g.user_id = ANY (p_readers) AND g.ended_at IS NULL
              AND (v_keys IS NULL OR g.lock_key <> ALL (v_keys))) THEN
            RAISE EXCEPTION 'the user was granted a space meanwhile' USING ERRCODE = '40001';
          END IF;
          RETURN true;
        END $$
        """

    /// The clock, the spaces that are granted, which can be read from here on, and the last place that the app has in the reader's scopes; while there
    /// are rows to inherit, the last place given out to those. Where it is not after the cursor it may be missing, unless that is ahead of the clock.
    /// All of these are places of commits: the clock may be one that no commit has made durable.
    static let seeScopes = """
        CREATE FUNCTION sync_see_scopes(p_user text, p_app text, p_after bigint,
          OUT clock bigint, OUT spaces text[], OUT reach timestamptz, OUT is_inheriting boolean)
        LANGUAGE plpgsql AS $$
        DECLARE
          v_inherited_to timestamptz;
          v_after timestamptz;
          v_ignored text;
        BEGIN
          SELECT coalesce(array_agg(g.space_id), '{}'), max(g.inherited_to),
              min(g.inherited_to) FILTER (WHERE NOT coalesce(i.is_complete, g.inherited_to >= g.joined_at))
            INTO spaces, v_inherited_to, reach
            FROM sync_space_grants AS g
            LEFT JOIN sync_space_inheritance AS i ON i.grant_id = g.grant_id AND i.app_id = p_app
            WHERE g.user_id = p_user AND g.ended_at IS NULL;
          is_inheriting := reach IS NOT NULL;
          v_ignored := set_config('app.current_user_space_ids', to_json(spaces)::text, true);
          \(TransactionFunctions.readClock(into: "clock"))
          IF is_inheriting THEN RETURN; END IF;
          v_after := \(TransactionFunctions.place(of: "CASE WHEN p_after <= clock THEN p_after ELSE 0 END"));
          SELECT created_at INTO reach FROM sync_changes
            WHERE user_id COLLATE "C" = p_user AND app_id = p_app AND created_at > v_after
            ORDER BY created_at DESC LIMIT 1;
          IF v_inherited_to IS NULL THEN RETURN; END IF;
          SELECT greatest(reach, v_inherited_to, max(l.created_at)) INTO reach
            FROM unnest(spaces) AS s (id) CROSS JOIN LATERAL (
              SELECT c.created_at FROM sync_changes AS c WHERE c.space_id = s.id AND c.app_id = p_app AND c.created_at > v_after
              ORDER BY c.created_at DESC LIMIT 1) AS l;END $$
        """

    /// Begins a transaction that reads.
    static let readScopes = """
        CREATE FUNCTION sync_read_scopes(p_role text, p_user text, p_app text, p_after bigint, p_lock_timeout text, p_statement_timeout text,
          p_locks bigint[], p_exclusive boolean[],
          OUT clock bigint, OUT spaces text[], OUT reach timestamptz, OUT is_inheriting boolean)
        LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM sync_enter(p_role, p_user, '', p_lock_timeout, p_statement_timeout);
          PERFORM sync_hold_scopes(ARRAY[p_user], p_locks, p_exclusive);
          SELECT s.* INTO clock, spaces, reach, is_inheriting FROM sync_see_scopes(p_user, p_app, p_after) AS s;
        END $$
        """
}
