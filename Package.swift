// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

extension Target.Dependency {
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioWebSocket = product(name: "NIOWebSocket", package: "swift-nio")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams = product(name: "Yams", package: "Yams")
}

extension Target {
    /// A library target of ours.
    static func module(_ name: String, path: String, _ dependencies: [Target.Dependency]) -> Target {
        .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
    }

    /// A feature: it may depend on Kernel, Domain and named libraries, never on another plugin.
    static func plugin(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
        .module("\(name)Plugin", path: "Sources/Plugins/\(name)", ["Kernel", "Domain"] + dependencies)
    }

    static func tests(
        _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
    ) -> Target {
        .testTarget(
            name: name, dependencies: dependencies, path: "Tests/\(name)", resources: resources,
            swiftSettings: settings)
    }
}

let package = Package(
    name: "mana-sync",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "mana-sync", targets: ["App"]),
        .library(name: "Kernel", targets: ["Kernel"]),
        .library(name: "Domain", targets: ["Domain"]),
        .library(name: "KernelTesting", targets: ["KernelTesting"]),
        .library(name: "PostgresClient", targets: ["PostgresClient"]),
        .library(name: "CachedLookup", targets: ["CachedLookup"]),
        .library(name: "Archive", targets: ["Archive"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "COpenSSL", path: "Sources/COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CPostgres", path: "Sources/CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CSQLite", path: "Sources/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(
            name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        .systemLibrary(name: "CClock", path: "Sources/CClock"),
        .systemLibrary(name: "CMalloc", path: "Sources/CMalloc"),

        .module("JSONScanner", path: "Sources/JSONScanner", []),
        .module(
            "ArtifactStore", path: "Sources/ArtifactStore",
            ["Kernel", .asyncHTTPClient, .crypto, .nioCore, .nioHTTP1, .nioPosix]),
        .module("Archive", path: "Sources/Archive", ["CZlib", .nioCore]),
        .module(
            "PostgresClient", path: "Sources/PostgresClient",
            ["CPostgres", .coreMetrics, .logging, .metrics, .nioCore, .nioPosix]),
        .module(
            "Kernel", path: "Sources/Kernel",
            [
                "CClock", "CMalloc", "COpenSSL", "CZlib", "JSONScanner", .asyncHTTPClient, .coreMetrics, .httpTypes,
                .hummingbirdCore,
                .logging, .metrics, .nioCore, .nioHTTP1, .nioHTTPTypes, .nioPosix, .nioWebSocket, .serviceLifecycle,
                .yams,
            ]),
        .module(
            "KernelTesting", path: "Sources/KernelTesting",
            [
                "Kernel", .coreMetrics, .httpTypes, .hummingbirdCore, .logging, .nioCore, .nioHTTP1, .nioPosix,
                .nioWebSocket,
            ]),
        .module(
            "CachedLookup", path: "Sources/CachedLookup",
            ["Kernel", .asyncHTTPClient, .coreMetrics, .logging, .nioCore, .nioHTTP1]),
        .module("Domain", path: "Sources/Domain", ["Kernel", "JSONScanner", .httpTypes, .nioCore]),
        .module("StorageShared", path: "Sources/Storage/Shared", ["Domain", "JSONScanner", "Kernel"]),
        .module("ManaFormat", path: "Sources/ManaFormat", ["Archive", "Domain", "JSONScanner", "Kernel", .nioCore]),
        .module(
            "SQLiteStore", path: "Sources/Storage/SQLite",
            ["CSQLite", "Domain", "Kernel", "StorageShared", .coreMetrics, .logging, .metrics, .nioCore, .nioPosix]),
        .module(
            "PostgresStore", path: "Sources/Storage/Postgres",
            [
                "Domain", "JSONScanner", "Kernel", "PostgresClient", "StorageShared", .coreMetrics, .logging, .metrics,
                .nioCore,
            ]),
        .module(
            "StoragePlugin", path: "Sources/Storage/Selection",
            ["Domain", "Kernel", "PostgresClient", "PostgresStore", "SQLiteStore", "StorageShared", .logging]),

        .plugin(
            "Sync",
            [
                "JSONScanner", .coreMetrics, .httpTypes, .hummingbirdCore, .logging, .metrics, .nioCore, .nioPosix,
                .serviceLifecycle,
            ]),
        .plugin("Metrics", [.coreMetrics, .httpTypes, .hummingbirdCore, .logging, .metrics, .nioCore]),
        .plugin(
            "Backup",
            [
                "ArtifactStore", "JSONScanner", "ManaFormat", .coreMetrics, .httpTypes, .hummingbirdCore, .logging,
                .nioCore, .nioPosix, .serviceLifecycle,
            ]),
        .plugin("Billing", ["CachedLookup", "JSONScanner", .coreMetrics, .hummingbirdCore]),
        .plugin("Spaces", ["CachedLookup", "JSONScanner", .coreMetrics]),
        .plugin("DevIssuer", ["JSONScanner", .httpTypes, .hummingbirdCore, .nioCore]),

        .executableTarget(
            name: "App",
            dependencies: [
                "Kernel", "Domain", "StoragePlugin", "StorageShared", "BackupPlugin", "BillingPlugin",
                "DevIssuerPlugin", "MetricsPlugin", "SpacesPlugin", "SyncPlugin",
                .argumentParser, .httpTypes, .logging, .metrics, .serviceLifecycle, .unixSignals,
            ],
            path: "Sources/App", swiftSettings: settings),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "CSQLite", "CachedLookup", "JSONScanner", "Kernel", .argumentParser, .coreMetrics, .logging, .nioCore,
                .nioHTTP1, .nioPosix, .nioWebSocket,
            ],
            path: "Benchmarks", exclude: ["NOTES.md"], swiftSettings: settings),
        .executableTarget(
            name: "EchoServer", dependencies: ["Kernel", .hummingbirdCore, .logging, .nioCore],
            path: "Tests/EchoServer", swiftSettings: settings),

        .module("StoreContracts", path: "Tests/Contracts", ["Domain", "Kernel", .nioCore]),
        .module("PostgresFixture", path: "Tests/PostgresFixture", []),
        .tests("JSONScannerTests", ["JSONScanner"]),
        .tests("PostgresClientTests", ["PostgresClient", "PostgresFixture", .coreMetrics, .logging]),
        .tests(
            "ArtifactStoreTests", ["ArtifactStore", "JSONScanner", "Kernel", "KernelTesting", .crypto, .nioCore],
            resources: [.copy("Fixtures")]),
        .tests("ArchiveTests", ["Archive", .nioCore], resources: [.copy("Readers")]),
        .tests("ManaFormatTests", ["ManaFormat", "Archive", "Domain", "JSONScanner", "Kernel", .nioCore]),
        .tests(
            "KernelTests",
            [
                "Kernel", "KernelTesting", "JSONScanner", .coreMetrics, .httpTypes, .hummingbirdCore, .logging,
                .nioCore,
                .nioEmbedded, .nioHTTP1, .nioHTTPTypes, .nioPosix, .nioWebSocket, .serviceLifecycle,
            ]),
        .tests("DomainTests", ["Domain", "Kernel", .httpTypes, .nioCore]),
        .tests(
            "PostgresStoreTests",
            [
                "PostgresStore", "PostgresClient", "PostgresFixture", "StoreContracts", "Domain", "Kernel",
                "KernelTesting",
                "StorageShared", .coreMetrics, .logging, .nioCore,
            ]),
        .tests(
            "SQLiteStoreTests",
            [
                "SQLiteStore", "StorageShared", "StoreContracts", "CSQLite", "Domain", "Kernel", "KernelTesting",
                .coreMetrics, .nioCore,
            ]),
        .tests(
            "SyncPluginTests",
            [
                "SyncPlugin", "KernelTesting", "MetricsPlugin", "StoragePlugin", .coreMetrics, .httpTypes,
                .hummingbirdCore, .logging, .nioCore, .nioEmbedded,
            ]),
        .tests(
            "BackupPluginTests",
            [
                "BackupPlugin", "Archive", "ArtifactStore", "Domain", "JSONScanner", "Kernel", "KernelTesting",
                "ManaFormat",
                "MetricsPlugin",
                "PostgresClient", "PostgresFixture", "SQLiteStore", "StoragePlugin", "SyncPlugin", .httpTypes,
                .hummingbirdCore, .logging, .nioCore,
            ]),
        .tests("CachedLookupTests", ["CachedLookup", "Kernel", "KernelTesting", .httpTypes, .logging, .nioCore]),
        .tests(
            "BillingPluginTests",
            ["BillingPlugin", "Domain", "Kernel", "KernelTesting", .httpTypes, .hummingbirdCore, .logging]),
        .tests(
            "SpacesPluginTests",
            [
                "SpacesPlugin", "SyncPlugin", "StoragePlugin", "CachedLookup", "Domain", "Kernel", "KernelTesting",
                .coreMetrics,
                .httpTypes, .hummingbirdCore, .logging, .nioCore,
            ]),
        .tests("MetricsPluginTests", ["MetricsPlugin", "KernelTesting", .httpTypes, .logging, .metrics, .nioCore]),
        .tests("DevIssuerPluginTests", ["DevIssuerPlugin", "KernelTesting", .httpTypes, .nioCore]),
        .tests("AppTests", ["App", "Kernel", "KernelTesting", .httpTypes]),
    ]
)
