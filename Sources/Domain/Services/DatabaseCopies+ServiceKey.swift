public import Kernel

extension ServiceKey where Value == any DatabaseCopies {
    /// The logs in copies of database files, for restores; provided by storage.
    public static let databaseCopies = ServiceKey("database-copies")
}
