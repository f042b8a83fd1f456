import Foundation
import Kernel
import Testing

@testable import App

@Suite("Documents")
struct DocumentTests {
    static let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "Config/mana-sync.yaml"]

    /// The ids that spec and documents promise to deployers (kernel.md, "A plugin").
    static let promised: Set = ["sync", "backup", "billing", "spaces", "metrics", "devIssuer"]

    @Test("Every plugin has one of the ids that were promised, and the section of its id")
    func ids() {
        for plugin in Composition.plugins where plugin.section.hasPrefix("plugins.") {
            #expect(Self.promised.contains(plugin.manifest.id), "a new plugin's id belongs into `promised`")
            #expect(plugin.section == "plugins.\(plugin.manifest.id)")
        }
    }

    @Test(
        "Every section plugins.ID and every folder Sources/Plugins/NAME that a document names is there",
        arguments: documents)
    func mentioned(document: String) throws {
        let text = try Repository.text(document)
        let sections = Set(Composition.catalog.plugins.map { $0.section })
        for match in text.matches(of: /\bplugins\.([a-z][A-Za-z]*)/) {
            #expect(sections.contains(String(match.0)), "\(match.0)")
        }
        for match in text.matches(of: /Sources\/[A-Za-z\/]+(\.swift)?/) where !match.0.hasSuffix("NAME") {
            #expect(FileManager.default.fileExists(atPath: Repository.path(String(match.0))), "\(match.0)")
        }
    }
}
