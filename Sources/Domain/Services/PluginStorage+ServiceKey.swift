public import Kernel

extension ServiceKey where Value == any PluginStorage {
    /// Tables of a plugin's own in the database of the change log, provided by the storage engine.
    public static let pluginStorage = ServiceKey("plugin-storage")
}
