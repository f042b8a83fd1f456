import StorageShared

/// What finds the grants that were made or ended of late, for servers that have not heard of it (decision 7).
enum NoticeIndexes {
    static let migration = Migration(
        owner: PostgresMigrations.owner, name: "0004-notice-indexes",
        statements: [
            """
            CREATE INDEX sync_space_grants_by_join ON sync_space_grants (joined_at)
            """,
            """
            CREATE INDEX sync_space_grants_by_end ON sync_space_grants (ended_at) WHERE ended_at IS NOT NULL
            """,
        ])
}
