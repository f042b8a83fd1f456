public import Kernel

extension ServiceKey where Value == any WholeLog {
    /// The whole log of all users, for an operator's backups; provided by storage.
    public static let wholeLog = ServiceKey("whole-log")
}
