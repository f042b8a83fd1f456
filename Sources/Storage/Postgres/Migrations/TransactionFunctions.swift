/// The functions that begin a transaction of the store, and those that keep the clock (decision 11).
///
/// A function that was released is not changed: a new one is made beside it, for servers of both versions may work on one database.
enum TransactionFunctions {
    /// Says for whom the transaction works, and its limits. The function of a transaction that stores or reads anything begins with it.
    /// It returns true, so that it can be assigned.
    ///
    /// It is one expression, which the planner puts in the place of its call: as statements of PL/pgSQL the same settings cost twice the instructions. The function
    /// around them takes any arguments, evaluates all, in their order, and folds away none of them.
    static let enter = """
        CREATE FUNCTION sync_enter(p_role text, p_user text, p_operator text, p_lock_timeout text, p_statement_timeout text)
        RETURNS boolean LANGUAGE sql AS $$
          SELECT num_nonnulls(
            CASE WHEN current_setting('transaction_isolation') <> 'read committed' THEN sync_refuse_isolation() END,
            set_config('app.current_user_id', p_user, true),
            set_config('app.current_user_space_ids', '', true),
            set_config('app.operator', p_operator, true),
            set_config('lock_timeout', p_lock_timeout, true),
            set_config('statement_timeout', p_statement_timeout, true),
            -- A server that froze between two packets lets go of its locks.
            set_config('idle_in_transaction_session_timeout', p_statement_timeout, true),
            -- Pages are read by the index that was made for them, whatever the planner knows of the table.
            set_config('enable_seqscan', 'off', true),
            set_config('enable_bitmapscan', 'off', true),
            -- Plans for arrays of one element look cheaper than the general one: the server would make them anew each time.
            set_config('plan_cache_mode', 'force_generic_plan', true),
            set_config('jit', 'off', true),
            CASE WHEN p_role IS NOT NULL THEN set_config('role', p_role, true) END) > 0
        $$
        """

    /// What refuses any isolation in which a statement does not see what is committed by then.
    static let refuseIsolation = """
        CREATE FUNCTION sync_refuse_isolation() RETURNS text LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'the change log needs READ COMMITTED' USING ERRCODE = 'MS001';
        END $$
        """

    /// The clock, and the last place that a user's app has, as an array: what is visible then is all there is up to there. Behind a cursor of the last hour
    /// only what follows it is looked at, so nothing for somebody who has seen all; behind an older one a bound that all rows pass costs more than it saves.
    static let readState = """
        CREATE FUNCTION sync_read_state(p_role text, p_user text, p_app text, p_after bigint, p_lock_timeout text,
          p_statement_timeout text)
        RETURNS timestamptz[] LANGUAGE plpgsql AS $$
        DECLARE
          v_done boolean := sync_enter(p_role, p_user, '', p_lock_timeout, p_statement_timeout);
          v_clock bigint;
          v_reach timestamptz;
        BEGIN
          \(readClock(into: "v_clock"))
          IF p_after BETWEEN v_clock - 3600000000 AND v_clock THEN
            SELECT created_at INTO v_reach FROM sync_changes WHERE user_id COLLATE "C" = p_user AND app_id = p_app
                AND created_at > \(place(of: "p_after"))
              ORDER BY created_at DESC LIMIT 1;
          ELSE
            SELECT created_at INTO v_reach FROM sync_changes WHERE user_id COLLATE "C" = p_user AND app_id = p_app
              ORDER BY created_at DESC LIMIT 1;
          END IF;
          RETURN ARRAY[\(place(of: "v_clock")), v_reach];
        END $$
        """

    /// Reads the clock into a variable: before it was drawn from for the first time since it was moved, the place that it stands at.
    static func readClock(into variable: String) -> String {
        """
        \(variable) := pg_sequence_last_value('sync_change_clock');
          IF \(variable) IS NULL THEN
            SELECT last_value INTO \(variable) FROM sync_change_clock;
          END IF;
        """
    }

    /// The place of a number of microseconds, in SQL.
    static func place(of microseconds: String) -> String {
        "timestamptz 'epoch' + (\(microseconds)) * interval '1 microsecond'"
    }

    /// Holds the clock: shared with the other pushes, or alone where it lags behind the wall clock and this transaction is the one that moves it.
    /// Behind one that waits to be alone all others wait: so it waits a moment only, and else leaves the clock as it is.
    static let lockClock = """
        CREATE FUNCTION sync_lock_clock(
          p_now bigint, p_slack bigint, p_lock_timeout text, OUT clock bigint, OUT lags boolean)
        LANGUAGE plpgsql AS $$
        DECLARE
          v_ignored text;
        BEGIN
          lags := false;
          SELECT last_value INTO clock FROM sync_change_clock;
          IF clock + p_slack < p_now AND pg_try_advisory_xact_lock(7883959205594428263) THEN
            BEGIN
              v_ignored := set_config('lock_timeout', '250ms', true);
              PERFORM pg_advisory_xact_lock(7883959205594428264);
              v_ignored := set_config('lock_timeout', p_lock_timeout, true);
              SELECT last_value INTO clock FROM sync_change_clock;
              IF clock < p_now THEN
                clock := setval('sync_change_clock', p_now, false);
              END IF;
              RETURN;
            EXCEPTION WHEN lock_not_available THEN
              lags := true;
            END;
          END IF;
          PERFORM pg_advisory_xact_lock_shared(7883959205594428264);
        END $$
        """

    /// Holds the clock. For functions that have these variables and parameters.
    static let holdClock = """
        clock := pg_sequence_last_value('sync_change_clock');
          IF clock IS NULL OR clock + p_slack < v_now THEN
            SELECT l.clock, l.lags INTO clock, lags FROM sync_lock_clock(v_now, p_slack, p_lock_timeout) AS l;
          ELSE
            lags := false;
            v_done := pg_advisory_xact_lock_shared(7883959205594428264) IS NULL;
          END IF;
        """

    /// Holds the given scopes, in the order in which they come.
    static let holdScopes = """
        FOR i IN 1..cardinality(p_locks) LOOP
            IF p_exclusive[i] THEN
              v_done := pg_advisory_xact_lock(p_locks[i]) IS NULL;
            ELSE
              v_done := pg_advisory_xact_lock_shared(p_locks[i]) IS NULL;
            END IF;
          END LOOP;
        """

    /// Begins a transaction of several pushes, or of one whose user reads spaces: holds the clock, then all scopes in one ordered pass, those that are
    /// granted to `p_readers` too. Each push then holds what it needs, and does not move the clock: whoever moves it waits until nobody else holds it,
    /// and must not hold a scope then. Only the operator sees the grants of several users; nothing but the keys of locks comes of it.
    static let enterPushes = """
        CREATE FUNCTION sync_enter_pushes(p_role text, p_now bigint, p_slack bigint, p_lock_timeout text,
          p_statement_timeout text, p_locks bigint[], p_exclusive boolean[], p_readers text[], OUT lags boolean)
        LANGUAGE plpgsql AS $$
        DECLARE
          v_now bigint := coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
          v_done boolean := sync_enter(p_role, '', CASE WHEN cardinality(p_readers) > 0 THEN 'on' ELSE '' END,
            p_lock_timeout, p_statement_timeout);
          clock bigint;
        BEGIN
          \(holdClock)
          IF cardinality(p_readers) > 0 THEN
            v_done := sync_hold_scopes(p_readers, p_locks, p_exclusive);
            v_done := set_config('app.operator', '', true) = '';
          ELSE
            \(holdScopes)
          END IF;
        END $$
        """

    /// Raises the clock above the wall clock and every row.
    static let raiseClock = """
        CREATE FUNCTION sync_raise_clock(p_role text, p_now bigint, OUT clock bigint) LANGUAGE plpgsql AS $$
        DECLARE
          v_last timestamptz;
          v_ignored text;
        BEGIN
          PERFORM sync_enter(p_role, '', 'on', '60s', '0');
          PERFORM pg_advisory_xact_lock(7883959205594428264);
          -- Few rows can be ahead of the clock: a bitmap of the time ranges finds them without reading the others.
          v_ignored := set_config('enable_bitmapscan', 'on', true);
          -- A place that was drawn is never given out again: it may be in a cursor, or set aside, without a row of its own.
          SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END INTO clock FROM sync_change_clock;
          SELECT max(created_at) INTO v_last FROM sync_changes
            WHERE created_at >= timestamptz 'epoch' + clock * interval '1 microsecond';
          clock := greatest(clock, coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint),
            (extract(epoch FROM v_last) * 1000000)::bigint + 1);
          clock := setval('sync_change_clock', clock, false);
        END $$
        """
}
