"""A log of many users, one of them with far more than the others, as a table that grew over time has it."""

HEAVY, COMMON, APP, SPACE = "heavy", "u7", "house", "s7"

# A hundredth of the log is one user's in each app; the other rows are those of 2,000 users in turn. A tenth belongs to one of 500 spaces.
_FILL = """
INSERT INTO sync_changes (app_id, table_name, record_id, user_id, space_id, op, client_id, data, field_timestamps, members,
  payload_bytes, created_at)
SELECT (ARRAY['house', 'work', 'sport'])[1 + i / 7 % 3], 't' || i / 21 % 10, 'r' || i % 50000,
  CASE WHEN i % 33 = 0 THEN 'heavy' ELSE 'u' || (i * 7919::bigint) % 2000 END,
  CASE WHEN i % 10 = 0 THEN 's' || i / 10 % 500 END, 'insert', 'device' || i % 3, json_build_object('text', repeat(md5(i::text), 6)),
  '{{}}', 1, 210, timestamptz '2026-01-01T00:00:00Z' + i * interval '1 millisecond'
FROM generate_series(1, {rows}) AS i
"""


def fill(postgres, rows):
    """Makes the rows, as the superuser, whom row-level security does not bind."""
    postgres.ask(_FILL.format(rows=rows), patience=900)
    postgres.ask("VACUUM (ANALYZE) sync_changes", patience=300)


def explain_from_now_on(postgres):
    """Whatever a session that begins now runs is told of in the log, statements in functions included."""
    for name, value in {
        "session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_format": "json",
        "auto_explain.log_analyze": "on", "auto_explain.log_buffers": "on", "auto_explain.log_nested_statements": "on",
    }.items():  # fmt: skip
        postgres.ask(f"ALTER DATABASE postgres SET {name} = '{value}'")
