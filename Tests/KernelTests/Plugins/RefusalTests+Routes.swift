import Kernel

extension RefusalTests {
    static let accessCases = [
        RefusalCase(
            testDescription: "a trait that nobody fulfils", plugins: [Scripted<Metering>.self],
            refusals: [
                "GET /metered of plugin 'metering' demands 'metered', which no enabled plugin fulfils\n"
                    + "  Switch on a plugin that fulfils it, or accept that it is open with kernel.unfulfilled: [metered]."
            ]),
        RefusalCase(
            testDescription: "a trait that is never open", plugins: [Scripted<Operating>.self],
            refusals: [
                "POST /operator of plugin 'operating' demands 'operator', which no enabled plugin fulfils\n"
                    + "  Switch on a plugin that fulfils it; 'operator' is never left open."
            ]),
        RefusalCase(
            testDescription: "an accepted name with a near one", plugins: [Scripted<Metering>.self], off: ["metering"],
            more: "kernel: {unfulfilled: [meterd]}",
            refusals: [
                "inline:3:10: kernel.unfulfilled names 'meterd', which is no trait of any plugin\n"
                    + "  Did you mean 'metered'?"
            ]),
        RefusalCase(
            testDescription: "an accepted name with none near", plugins: [Scripted<Metering>.self], off: ["metering"],
            more: "kernel: {unfulfilled: [free-beer]}",
            refusals: [
                "inline:3:10: kernel.unfulfilled names 'free-beer', which is no trait of any plugin\n"
                    + "  The traits that can be open are: metered."
            ]),
        RefusalCase(
            testDescription: "an accepted name where there are no traits", plugins: [Scripted<Letters>.self],
            more: "kernel: {unfulfilled: [metered]}",
            refusals: [
                "inline:3:10: kernel.unfulfilled names 'metered', which is no trait of any plugin\n"
                    + "  Take it out: no plugin has a trait that can be open."
            ]),
        RefusalCase(
            testDescription: "a trait that the manifest does not name", plugins: [Scripted<UndeclaredTrait>.self],
            refusals: [
                "plugin 'undeclaredTrait' uses the trait 'metered', which its manifest does not name\n"
                    + "  Add it to the traits of the plugin's manifest."
            ]),
        RefusalCase(
            testDescription: "routes that are open without a word", plugins: [Scripted<Speechless>.self],
            refusals: ["/a", "/b"].map {
                "GET \($0) of plugin 'speechless' demands nothing and does not say why\n"
                    + "  Say .open(because:) with the reason, or .requires with the traits that it demands."
            }),
    ]

    static let routeCases = [
        RefusalCase(
            testDescription: "one route of two plugins", plugins: [Scripted<NotesAgain>.self, Scripted<Notes>.self],
            refusals: [
                "plugins 'notes' and 'notesAgain' both declare GET /notes/{id}\n"
                    + "  Change one of the paths, or switch one of the plugins off."
            ]),
        RefusalCase(
            testDescription: "routes that overlap", plugins: [Scripted<Notes>.self, Scripted<LatestNote>.self],
            refusals: [
                "plugins 'latestNote' and 'notes' declare the overlapping routes GET /notes/latest and GET /notes/{id}\n"
                    + "  Change one of the paths, or switch one of the plugins off."
            ]),
        RefusalCase(
            testDescription: "one plugin's own duplicates", plugins: [Scripted<NotesTwice>.self],
            refusals: [
                "plugin 'notesTwice' declares the overlapping routes GET /b/{a} and GET /{a}/b\n  Change one of the paths.",
                "plugin 'notesTwice' declares GET /twice twice\n  Change one of the paths.",
            ]),
        RefusalCase(
            testDescription: "a malformed path, and HEAD", plugins: [Scripted<Malformed>.self],
            refusals: [
                "plugin 'malformed' declares HEAD /notes, and HEAD is always answered by the route of GET\n"
                    + "  Declare GET /notes instead.",
                "plugin 'malformed' declares a route with the malformed path 'notes'\n  Write it as in /sync/{appId}/pull.",
            ]),
    ]
}
