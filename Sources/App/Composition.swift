import BackupPlugin
import BillingPlugin
import DevIssuerPlugin
import Kernel
import MetricsPlugin
import SpacesPlugin
import StoragePlugin
import SyncPlugin

/// The plugins that are compiled in: the one place that knows them all. A new plugin is one more line here.
enum Composition {
    static let plugins: [any Plugin.Type] = [
        StoragePlugin.self,
        BackupPlugin.self,
        BillingPlugin.self,
        DevIssuerPlugin.self,
        MetricsPlugin.self,
        SpacesPlugin.self,
        SyncPlugin.self,
    ]

    static let catalog = PluginCatalog(plugins)
}
