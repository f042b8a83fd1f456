public import Kernel

extension ServiceKey where Value == any ChangeNotices {
    /// News of what was committed to the log, provided by the storage engine.
    public static let changeNotices = ServiceKey("change-notices")
}
