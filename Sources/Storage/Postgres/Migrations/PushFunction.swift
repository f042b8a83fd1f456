/// The function that stores a push (spec: protocol.md, "Safe to retry" and "A change the user may not make").
///
/// Changes come as arrays, one element for each in the request's order. Of a change's fate 1 is stored, 2 a duplicate, 3 rejected; `fates` is NULL where all
/// were stored. A change has its id from the client (`p_named`) or from the server, which repeats it when it repeats the push: so one that went in
/// is never stored twice, whatever became of the answer.
///
/// Starting a statement over the arrays costs as much as inserting five rows: a push of a few changes inserts them one by one. What is but an expression
/// (a lock, a setting) is assigned and not selected, for PL/pgSQL then starts no statement at all.
enum PushFunction {
    /// Up to so many changes are inserted one by one.
    private static let few = 4

    private static let storedColumns = """
        user_id, app_id, client_id, id, table_name, record_id, space_id, op, data, field_timestamps, field_values, deleted_at, \
        members, schema_version, actor, origin, payload_bytes, created_at
        """
    private static let nextPlace = "timestamptz 'epoch' + nextval('sync_change_clock') * interval '1 microsecond'"

    static let push = """
        CREATE FUNCTION sync_push(
          p_role text, p_user text, p_app text, p_client text, p_since bigint, p_window bigint, p_now bigint, p_slack bigint,
          p_lock_timeout text, p_statement_timeout text, p_locks bigint[], p_exclusive boolean[], p_writable text[],
          p_ids uuid[], p_named boolean[], p_refusals text[], p_digests uuid[], p_occurrences integer[],
          p_tables text[], p_records text[], p_spaces text[], p_ops text[], p_data json[], p_timestamps json[],
          p_values json[], p_deleted_at text[], p_members integer[], p_versions integer[], p_actors json[],
          p_origins text[], p_bytes integer[],
          OUT fates integer[], OUT places timestamptz[], OUT reasons text[], OUT clock bigint, OUT reach timestamptz,
          OUT lags boolean)
        LANGUAGE plpgsql AS $$
        #variable_conflict use_variable
        DECLARE
          v_now bigint := coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
          v_receipt sync_push_receipts;
          v_skip boolean[];
          v_stored uuid[];
          v_new bigint[];
          v_has_nameless boolean := false = ANY (p_named);
          v_place timestamptz;
          v_done boolean;
        BEGIN
          v_done := sync_enter(p_role, p_user, '', p_lock_timeout, p_statement_timeout);
          -- Where spaces are no mere labels: into which ones this push may write, and not what the one before in this transaction might.
          IF p_writable IS NOT NULL OR current_setting('app.writable_space_ids', true) <> '' THEN
            v_done := set_config('app.writable_space_ids', coalesce(to_json(p_writable)::text, ''), true) IS NULL;
          END IF;
          \(TransactionFunctions.holdClock)
          \(TransactionFunctions.holdScopes)

          IF v_has_nameless THEN
            SELECT r.* INTO v_receipt FROM sync_push_receipts AS r
              WHERE r.user_id = p_user AND r.app_id = p_app AND r.client_id = p_client AND r.since = p_since
                AND v_now - r.stored_at < p_window;
          END IF;
          IF p_refusals IS NOT NULL OR v_receipt.user_id IS NOT NULL THEN
            SELECT array_agg(c.refusal IS NOT NULL OR (NOT c.named AND k.digest IS NOT NULL) ORDER BY c.n) INTO v_skip
              FROM unnest(p_named, p_refusals, p_digests, p_occurrences)
                WITH ORDINALITY AS c (named, refusal, digest, occurrence, n)
              LEFT JOIN unnest(v_receipt.digests, v_receipt.occurrences) AS k (digest, occurrence)
                ON k.digest = c.digest AND k.occurrence = c.occurrence;
          END IF;

          IF cardinality(p_ids) <= \(few) THEN
            FOR i IN 1..cardinality(p_ids) LOOP
              CONTINUE WHEN v_skip[i];
              INSERT INTO sync_changes (\(storedColumns))
              VALUES (p_user, p_app, p_client, p_ids[i], p_tables[i], p_records[i], p_spaces[i], p_ops[i], p_data[i],
                p_timestamps[i], p_values[i], p_deleted_at[i], p_members[i], p_versions[i], p_actors[i], p_origins[i],
                p_bytes[i], \(nextPlace))
              ON CONFLICT (id) DO NOTHING
              RETURNING created_at INTO v_place;
              IF FOUND THEN
                v_stored := v_stored || p_ids[i];
                places := places || v_place;
              END IF;
            END LOOP;
          ELSE
            WITH stored AS (
              INSERT INTO sync_changes (\(storedColumns))
              SELECT p_user, p_app, p_client, c.id, c.table_name, c.record_id, c.space_id, c.op, c.data,
                c.field_timestamps, c.field_values, c.deleted_at, c.members, c.schema_version, c.actor, c.origin, c.bytes,
                \(nextPlace)
              FROM unnest(p_ids, p_tables, p_records, p_spaces, p_ops, p_data, p_timestamps, p_values, p_deleted_at,
                  p_members, p_versions, p_actors, p_origins, p_bytes)
                WITH ORDINALITY AS c (id, table_name, record_id, space_id, op, data, field_timestamps, field_values,
                  deleted_at, members, schema_version, actor, origin, bytes, n)
              WHERE v_skip IS NULL OR NOT v_skip[c.n]
              ORDER BY c.n
              ON CONFLICT (id) DO NOTHING
              RETURNING id, created_at)
            SELECT array_agg(s.id ORDER BY s.created_at), array_agg(s.created_at ORDER BY s.created_at) INTO v_stored, places
              FROM stored AS s;
          END IF;
          reach := places[cardinality(places)];
          IF reach IS NULL THEN
            SELECT c.created_at INTO reach FROM sync_changes AS c WHERE c.user_id COLLATE "C" = p_user AND c.app_id = p_app
              ORDER BY c.created_at DESC LIMIT 1;
          END IF;

          IF v_stored IS NULL OR cardinality(v_stored) < cardinality(p_ids) THEN
            WITH change AS MATERIALIZED (
              SELECT * FROM unnest(p_ids, p_named, p_refusals, p_digests, p_occurrences)
                WITH ORDINALITY AS c (id, named, refusal, digest, occurrence, n)
            ), stored AS (
              SELECT s.id, s.place, min(c.n) AS n
              FROM unnest(v_stored, places) AS s (id, place) JOIN change AS c ON c.id = s.id
              WHERE v_skip IS NULL OR NOT v_skip[c.n]
              GROUP BY s.id, s.place
            ), judged AS (
              SELECT c.*, k.place AS known_place, k.reason AS known_reason, s.n AS stored_n,
                CASE
                  WHEN k.reason IS NOT NULL THEN 3
                  WHEN k.digest IS NOT NULL THEN 2
                  WHEN s.n = c.n THEN 1
                  WHEN s.n < c.n OR (s.n IS NULL AND e.id IS NOT NULL) THEN 2
                  ELSE 3
                END AS fate,
                coalesce(k.place, s.place, e.created_at) AS place,
                coalesce(k.reason, q.reason) AS earlier_reason,
                coalesce(c.refusal, 'event_conflict') AS own_reason
              FROM change AS c
              LEFT JOIN unnest(v_receipt.digests, v_receipt.occurrences, v_receipt.places, v_receipt.reasons)
                  AS k (digest, occurrence, place, reason)
                ON NOT c.named AND k.digest = c.digest AND k.occurrence = c.occurrence
              LEFT JOIN stored AS s ON s.id = c.id
              LEFT JOIN sync_changes AS e ON e.id = c.id AND e.user_id = p_user
              LEFT JOIN LATERAL (
                SELECT q.reason FROM sync_quarantine AS q
                WHERE c.named AND q.user_id = p_user AND q.event_id = c.id AND q.digest = c.digest
                ORDER BY q.seq LIMIT 1) AS q ON true
            ), ranked AS (
              SELECT j.*,
                CASE WHEN j.fate = 3 THEN coalesce(j.earlier_reason, CASE WHEN j.named
                  THEN first_value(j.own_reason) OVER same ELSE j.own_reason END) END AS reason,
                j.fate = 3 AND j.earlier_reason IS NULL AND (NOT j.named OR row_number() OVER same = 1) AS is_new
              FROM judged AS j
              WINDOW same AS (PARTITION BY j.fate = 3, j.id, j.digest ORDER BY j.n)
            )
            SELECT array_agg(r.fate ORDER BY r.n), array_agg(CASE WHEN r.fate < 3 THEN r.place END ORDER BY r.n),
                array_agg(r.reason ORDER BY r.n), array_agg(r.n) FILTER (WHERE r.is_new)
              INTO fates, places, reasons, v_new
              FROM ranked AS r;
            IF v_new IS NOT NULL THEN
              INSERT INTO sync_quarantine (user_id, app_id, client_id, event_id, digest, table_name, record_id, space_id, op,
                data, field_timestamps, field_values, deleted_at, members, schema_version, actor, origin, reason,
                quarantined_at)
              SELECT p_user, p_app, p_client, CASE WHEN c.named THEN c.id END, c.digest, c.table_name, c.record_id,
                c.space_id, c.op, c.data, c.field_timestamps, c.field_values, c.deleted_at, c.members, c.schema_version,
                c.actor, c.origin, c.reason, timestamptz 'epoch' + v_now * interval '1 microsecond'
              FROM unnest(p_ids, p_named, p_digests, p_tables, p_records, p_spaces, p_ops, p_data, p_timestamps, p_values,
                  p_deleted_at, p_members, p_versions, p_actors, p_origins, reasons)
                WITH ORDINALITY AS c (id, named, digest, table_name, record_id, space_id, op, data, field_timestamps,
                  field_values, deleted_at, members, schema_version, actor, origin, reason, n)
              WHERE c.n = ANY (v_new)
              ORDER BY c.n;
            END IF;
          END IF;

          IF v_stored IS NULL AND v_new IS NULL THEN RETURN; END IF;
          IF NOT v_has_nameless THEN
            PERFORM FROM sync_push_receipts AS r WHERE r.user_id = p_user AND r.app_id = p_app AND r.client_id = p_client;
            IF FOUND THEN
              DELETE FROM sync_push_receipts AS r WHERE r.user_id = p_user AND r.app_id = p_app AND r.client_id = p_client;
            END IF;
            RETURN;
          END IF;
          v_receipt.digests := p_digests;
          v_receipt.occurrences := p_occurrences;
          v_receipt.places := places;
          v_receipt.reasons := reasons;
          IF reasons IS NOT NULL OR true = ANY (p_named) THEN
            SELECT array_agg(c.digest ORDER BY c.n), array_agg(c.occurrence ORDER BY c.n), array_agg(c.place ORDER BY c.n),
                CASE WHEN count(c.reason) > 0 THEN array_agg(c.reason ORDER BY c.n) END
              INTO v_receipt.digests, v_receipt.occurrences, v_receipt.places, v_receipt.reasons
              FROM unnest(p_named, p_digests, p_occurrences, places, reasons)
                WITH ORDINALITY AS c (named, digest, occurrence, place, reason, n)
              WHERE NOT c.named;
          END IF;
          INSERT INTO sync_push_receipts AS r (user_id, app_id, client_id, since, stored_at, expires_hour, digests,
            occurrences, places, reasons)
          VALUES (p_user, p_app, p_client, p_since, v_now, (v_now + p_window) / 3600000000 + 1, v_receipt.digests,
            v_receipt.occurrences, v_receipt.places, v_receipt.reasons)
          ON CONFLICT (user_id, app_id, client_id) DO UPDATE SET since = excluded.since, stored_at = excluded.stored_at,
            expires_hour = excluded.expires_hour, digests = excluded.digests, occurrences = excluded.occurrences,
            places = excluded.places, reasons = excluded.reasons;END $$
        """
}
