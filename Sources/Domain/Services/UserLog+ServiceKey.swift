public import Kernel

extension ServiceKey where Value == any UserLog {
    /// A user's whole log, for export, import and erasure; provided by storage where its engine has it.
    public static let userLog = ServiceKey("user-log")
}
