/// The functions that erase (spec: backup.md, "Erasure"; decision 12).
enum ErasureFunctions {
    /// Removes a user's rows up to a place, and what else is kept of them up to a time; all of it where they are NULL. The transaction has begun.
    static let deleteRows = """
        CREATE FUNCTION sync_delete_rows(p_user text, p_place timestamptz, p_time timestamptz)
        RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE
          v_changes bigint;
          v_quarantined bigint;
        BEGIN
          DELETE FROM sync_changes WHERE user_id = p_user AND (p_place IS NULL OR created_at <= p_place);
          GET DIAGNOSTICS v_changes = ROW_COUNT;
          DELETE FROM sync_quarantine WHERE user_id = p_user AND (p_time IS NULL OR quarantined_at <= p_time);
          GET DIAGNOSTICS v_quarantined = ROW_COUNT;
          DELETE FROM sync_push_receipts WHERE user_id = p_user
            AND (p_time IS NULL OR stored_at <= (extract(epoch FROM p_time) * 1000000)::bigint);
          IF p_place IS NULL THEN
            DELETE FROM sync_inherited_changes AS i USING sync_space_grants AS g
              WHERE i.grant_id = g.grant_id AND g.user_id = p_user;
            DELETE FROM sync_space_inheritance AS i USING sync_space_grants AS g
              WHERE i.grant_id = g.grant_id AND g.user_id = p_user;
            DELETE FROM sync_space_grants WHERE user_id = p_user;
            DELETE FROM sync_space_memberships WHERE user_id = p_user;
          END IF;
          RETURN v_changes + v_quarantined;
        END $$
        """

    /// Erases a user, alone in their scope: what they pushed before is there to be removed, what comes later has a later place.
    static let erase = """
        CREATE FUNCTION sync_erase(p_role text, p_user text, p_pseudonym bytea, p_now bigint, p_slack bigint,
          p_lock_timeout text, p_key bigint, OUT erased bigint, OUT place timestamptz, OUT lags boolean)
        LANGUAGE plpgsql AS $$
        #variable_conflict use_variable
        DECLARE
          v_now bigint := coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
        BEGIN
          PERFORM sync_enter(p_role, p_user, '', p_lock_timeout, '0');
          SELECT l.lags INTO lags FROM sync_lock_clock(v_now, p_slack, p_lock_timeout) AS l;
          PERFORM pg_advisory_xact_lock(p_key);
          erased := sync_delete_rows(p_user, NULL, NULL);
          place := timestamptz 'epoch' + nextval('sync_change_clock') * interval '1 microsecond';
          -- A start gives out the clock's last place once more where no row has it: let that be another one than the ledger's.
          PERFORM nextval('sync_change_clock');
          INSERT INTO sync_erasures (pseudonym, place, erased, erased_at)
            VALUES (p_pseudonym, place, erased, timestamptz 'epoch' + v_now * interval '1 microsecond');
        END $$
        """

    /// Erases users again up to their places, as the operator, and raises the clock above those places: `p_last` is the last of them.
    static let reapply = """
        CREATE FUNCTION sync_reapply_erasures(p_role text, p_users text[], p_pseudonyms bytea[], p_places timestamptz[],
          p_times timestamptz[], p_last bigint, OUT users bigint, OUT erased bigint)
        LANGUAGE plpgsql AS $$
        DECLARE
          v_erasure record;
          v_erased bigint;
        BEGIN
          PERFORM sync_raise_clock(p_role, p_last);
          PERFORM sync_enter(p_role, '', 'on', '60s', '0');
          users := 0;
          erased := 0;
          FOR v_erasure IN SELECT * FROM unnest(p_users, p_pseudonyms, p_places, p_times)
              AS e (user_id, pseudonym, place, erased_at) LOOP
            v_erased := sync_delete_rows(v_erasure.user_id, v_erasure.place, v_erasure.erased_at);
            erased := erased + v_erased;
            IF v_erased > 0 THEN users := users + 1; END IF;
            INSERT INTO sync_erasures (pseudonym, place, erased, erased_at)
              VALUES (v_erasure.pseudonym, v_erasure.place, v_erased, v_erasure.erased_at)
              ON CONFLICT (pseudonym, place) DO NOTHING;
          END LOOP;
        END $$
        """
}
