public import Kernel

extension ServiceKey where Value == any ChangeLog {
    /// The log of all changes, provided by the storage engine.
    public static let changeLog = ServiceKey("change-log")
}
