/// Row-level security, FORCEd so that the tables' owner obeys it too (spec: storage.md, "PostgreSQL").
enum RowPolicies {
    /// A user's rows; for reading, also those of the spaces that the transaction names, as a JSON array; all of them for what says that it is the operator.
    static let all = [
        """
        ALTER TABLE sync_changes ENABLE ROW LEVEL SECURITY
        """,
        """
        ALTER TABLE sync_changes FORCE ROW LEVEL SECURITY
        """,
        """
        CREATE POLICY sync_changes_user_isolation ON sync_changes
          USING (user_id = (SELECT current_setting('app.current_user_id', true)))
          WITH CHECK (user_id = (SELECT current_setting('app.current_user_id', true)))
        """,
        """
        CREATE POLICY sync_changes_space_member_read ON sync_changes FOR SELECT
          USING (space_id = ANY (ARRAY(
            SELECT json_array_elements_text(
              coalesce(nullif(current_setting('app.current_user_space_ids', true), ''), '[]')::json))))
        """,
        """
        CREATE POLICY sync_changes_operator ON sync_changes
          USING ((SELECT current_setting('app.operator', true)) = 'on')
          WITH CHECK ((SELECT current_setting('app.operator', true)) = 'on')
        """,
        """
        ALTER TABLE sync_quarantine ENABLE ROW LEVEL SECURITY
        """,
        """
        ALTER TABLE sync_quarantine FORCE ROW LEVEL SECURITY
        """,
        """
        CREATE POLICY sync_quarantine_user_isolation ON sync_quarantine
          USING (user_id = (SELECT current_setting('app.current_user_id', true)))
          WITH CHECK (user_id = (SELECT current_setting('app.current_user_id', true)))
        """,
        """
        CREATE POLICY sync_quarantine_operator ON sync_quarantine
          USING ((SELECT current_setting('app.operator', true)) = 'on')
          WITH CHECK ((SELECT current_setting('app.operator', true)) = 'on')
        """,
        """
        ALTER TABLE sync_push_receipts ENABLE ROW LEVEL SECURITY
        """,
        """
        ALTER TABLE sync_push_receipts FORCE ROW LEVEL SECURITY
        """,
        """
        CREATE POLICY sync_push_receipts_user_isolation ON sync_push_receipts
          USING (user_id = (SELECT current_setting('app.current_user_id', true)))
          WITH CHECK (user_id = (SELECT current_setting('app.current_user_id', true)))
        """,
        """
        CREATE POLICY sync_push_receipts_operator ON sync_push_receipts
          USING ((SELECT current_setting('app.operator', true)) = 'on')
          WITH CHECK ((SELECT current_setting('app.operator', true)) = 'on')
        """,
    ]
}
