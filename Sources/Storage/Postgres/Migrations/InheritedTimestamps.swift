/// The timestamps of another server's rows as ours: by field name, each a string.
///
/// In its later form that server may keep an object for each field, whose `at`, or `updatedAt`, is the timestamp. What else is in it has no place in a change.
enum InheritedTimestamps {
    static let function = """
        CREATE OR REPLACE FUNCTION sync_inherited_timestamps(p_timestamps jsonb) RETURNS json
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
        BEGIN
          IF p_timestamps IS NULL OR jsonb_typeof(p_timestamps) <> 'object' THEN RETURN '{}'; END IF;
          IF NOT jsonb_path_exists(p_timestamps, '$.* ? (@.type() == "object")') THEN RETURN p_timestamps::text::json; END IF;
          RETURN (SELECT coalesce(jsonb_object_agg(m.key, m.stamp), '{}')::text::json
            FROM (SELECT e.key, CASE WHEN jsonb_typeof(e.value) <> 'object' THEN e.value
                WHEN jsonb_typeof(e.value -> 'at') = 'string' THEN e.value -> 'at'
                WHEN jsonb_typeof(e.value -> 'updatedAt') = 'string' THEN e.value -> 'updatedAt' END AS stamp
              FROM jsonb_each(p_timestamps) AS e) AS m
            WHERE m.stamp IS NOT NULL);
        END $$
        """

    /// The expression that reads them from a column of that server's.
    static func expression(of column: String) -> String { "sync_inherited_timestamps(\(column))" }
}
