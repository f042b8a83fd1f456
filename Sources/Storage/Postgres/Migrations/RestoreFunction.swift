/// The function that stores changes of an archive (spec: backup.md, "A user's import").
///
/// They come as a push's do, with their apps and clients, under the same locks. Fates are those of a push, 4 for a change that is in the quarantine again, 5 for one
/// that need not be. A rehearsal undoes all of it but the places that it drew.
enum RestoreFunction {
    static let restore = """
        CREATE FUNCTION sync_restore(
          p_role text, p_user text, p_now bigint, p_slack bigint, p_lock_timeout text, p_statement_timeout text,
          p_locks bigint[], p_exclusive boolean[], p_is_rehearsal boolean, p_apps text[], p_clients text[],
          p_was_quarantined boolean[],
          p_ids uuid[], p_named boolean[], p_refusals text[], p_contents uuid[], p_occurrences integer[],
          p_tables text[], p_records text[], p_spaces text[], p_ops text[], p_data json[], p_timestamps json[],
          p_values json[], p_deleted_at text[], p_members integer[], p_versions integer[], p_actors json[],
          p_origins text[], p_bytes integer[],
          OUT fates integer[], OUT reasons text[], OUT lags boolean)
        LANGUAGE plpgsql AS $$
        #variable_conflict use_variable
        DECLARE
          v_now bigint := coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
          v_stored uuid[];
          v_new bigint[];
        BEGIN
          PERFORM sync_enter(p_role, p_user, '', p_lock_timeout, p_statement_timeout);
          SELECT l.lags INTO lags FROM sync_lock_clock(v_now, p_slack, p_lock_timeout) AS l;
          PERFORM CASE WHEN l.exclusive THEN pg_advisory_xact_lock(l.key) ELSE pg_advisory_xact_lock_shared(l.key) END
            FROM unnest(p_locks, p_exclusive) AS l (key, exclusive);
          BEGIN
            WITH stored AS (
              INSERT INTO sync_changes (user_id, app_id, client_id, imported_client_id, id, table_name, record_id,
                space_id, op, data, field_timestamps, field_values, deleted_at, members, schema_version, actor, origin,
                payload_bytes, created_at)
              SELECT p_user, c.app_id, '', c.client_id, c.id, c.table_name, c.record_id, c.space_id, c.op, c.data,
                c.field_timestamps, c.field_values, c.deleted_at, c.members, c.schema_version, c.actor, c.origin,
                c.bytes, timestamptz 'epoch' + nextval('sync_change_clock') * interval '1 microsecond'
              FROM unnest(p_apps, p_clients, p_ids, p_tables, p_records, p_spaces, p_ops, p_data, p_timestamps, p_values,
                  p_deleted_at, p_members, p_versions, p_actors, p_origins, p_bytes)
                WITH ORDINALITY AS c (app_id, client_id, id, table_name, record_id, space_id, op, data,
                  field_timestamps, field_values, deleted_at, members, schema_version, actor, origin, bytes, n)
              WHERE p_refusals IS NULL OR p_refusals[c.n] IS NULL
              ORDER BY c.n
              ON CONFLICT (id) DO NOTHING
              RETURNING id)
            SELECT array_agg(s.id) INTO v_stored FROM stored AS s;

            WITH change AS MATERIALIZED (
              SELECT c.*, p_refusals[c.n] AS refusal FROM unnest(p_ids, p_named, p_was_quarantined, p_contents)
                WITH ORDINALITY AS c (id, named, was_quarantined, content, n)
            ), judged AS (
              SELECT c.*, coalesce(c.refusal, 'event_conflict') AS reason,
                CASE
                  WHEN c.refusal IS NULL AND c.id = ANY (v_stored)
                    AND c.n = min(c.n) FILTER (WHERE c.refusal IS NULL) OVER (PARTITION BY c.id) THEN 1
                  WHEN c.named AND e.id IS NOT NULL THEN CASE WHEN c.was_quarantined THEN 5 ELSE 2 END
                  WHEN c.was_quarantined THEN 4
                  ELSE 3
                END AS fate,
                EXISTS (SELECT FROM sync_quarantine AS q WHERE q.user_id = p_user AND q.content = c.content) AS is_known
              FROM change AS c LEFT JOIN sync_changes AS e ON e.id = c.id AND e.user_id = p_user
            ), ranked AS (
              SELECT j.*, j.fate IN (3, 4) AND NOT j.is_known
                AND row_number() OVER (PARTITION BY j.fate IN (3, 4), j.content ORDER BY j.n) = 1 AS is_new
              FROM judged AS j
            )
            SELECT array_agg(CASE WHEN r.fate = 4 AND NOT r.is_new THEN 5 ELSE r.fate END ORDER BY r.n),
                array_agg(r.reason ORDER BY r.n), array_agg(r.n) FILTER (WHERE r.is_new)
              INTO fates, reasons, v_new
              FROM ranked AS r;

            INSERT INTO sync_quarantine (user_id, app_id, client_id, event_id, digest, content, table_name, record_id,
              space_id, op, data, field_timestamps, field_values, deleted_at, members, schema_version, actor, origin,
              reason, quarantined_at)
            SELECT p_user, c.app_id, coalesce(c.client_id, ''), CASE WHEN c.named THEN c.id END, c.content, c.content,
              c.table_name, c.record_id, c.space_id, c.op, c.data, c.field_timestamps, c.field_values, c.deleted_at,
              c.members, c.schema_version, c.actor, c.origin, c.reason,
              timestamptz 'epoch' + v_now * interval '1 microsecond'
            FROM unnest(p_apps, p_clients, p_ids, p_named, p_contents, p_tables, p_records, p_spaces, p_ops, p_data,
                p_timestamps, p_values, p_deleted_at, p_members, p_versions, p_actors, p_origins, reasons)
              WITH ORDINALITY AS c (app_id, client_id, id, named, content, table_name, record_id, space_id, op, data,
                field_timestamps, field_values, deleted_at, members, schema_version, actor, origin, reason, n)
            WHERE c.n = ANY (v_new)
            ORDER BY c.n;
            IF p_is_rehearsal THEN RAISE EXCEPTION 'a rehearsal' USING ERRCODE = 'MS002'; END IF;
          EXCEPTION WHEN SQLSTATE 'MS002' THEN
            NULL;
          END;
        END $$
        """
}
