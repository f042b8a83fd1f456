import HTTPTypes
import Kernel

/// The routes of a user's own data. Never metered: data portability is always available (GDPR, Article 20).
struct UserRoutes: Sendable {
    let export: ExportRoute
    let archive: ImportRoute
    let erasure: ErasureRoute

    var all: [Route] {
        [
            Route(
                .get, "/backup/export", access: .requires([.authenticated]),
                summary: "all data of the user, as a .mana archive or as JSON Lines", handler: export.respond),
            Route(
                .post, "/backup/import", access: .requires([.authenticated]),
                summary: "take a .mana archive of the user back in", bodyLimit: archive.config.maxImport.bytes,
                handler: archive.respond),
            Route(
                .delete, "/backup/account", access: .requires([.authenticated]),
                summary: "erase all data of the user", handler: erasure.respond),
        ]
    }
}
