import Kernel

extension RefusalTests {
    static let serviceCases = [
        RefusalCase(
            testDescription: "a service whose provider is off",
            plugins: [Scripted<Letters>.self, Scripted<Reader>.self],
            off: ["letters"],
            refusals: [
                "plugin 'reader' needs the service 'letters' of plugin 'letters', which is off\n"
                    + "  Set plugins.letters.enabled to true, or plugins.reader.enabled to false."
            ]),
        RefusalCase(
            testDescription: "a service that nobody provides", plugins: [Scripted<Reader>.self],
            refusals: [
                "plugin 'reader' needs the service 'letters', which no plugin provides\n"
                    + "  Add a plugin that provides it, or switch 'reader' off."
            ]),
        RefusalCase(
            testDescription: "a circle, without those who only hang on it",
            plugins: [Scripted<LettersOfDigits>.self, Scripted<Reader>.self, Scripted<DigitsOfLetters>.self],
            refusals: [
                "the plugins digitsOfLetters, lettersOfDigits need one another in a circle\n  Switch one of them off."
            ]),
        RefusalCase(
            testDescription: "a plugin that needs itself", plugins: [Scripted<Selfish>.self],
            refusals: [
                "plugin 'selfish' needs the service 'letters' that it provides itself\n"
                    + "  Take it out of the needs of the plugin's manifest."
            ]),
        RefusalCase(
            testDescription: "two providers", plugins: [Scripted<OtherLetters>.self, Scripted<Letters>.self],
            refusals: [
                "the service 'letters' is provided by 'letters' and 'otherLetters'\n  Switch all but one of them off."
            ]),
        RefusalCase(
            testDescription: "a promise that is not kept", plugins: [Scripted<Promising>.self],
            refusals: [
                "plugin 'promising' names the service 'letters' in its manifest and does not provide it\n"
                    + "  Make the manifest and `register(into:)` agree."
            ]),
        RefusalCase(
            testDescription: "a gift that was not promised", plugins: [Scripted<Gifting>.self],
            refusals: [
                "plugin 'gifting' provides the service 'letters', which its manifest does not name\n"
                    + "  Make the manifest and `register(into:)` agree."
            ]),
        RefusalCase(
            testDescription: "a required service that is not declared",
            plugins: [Scripted<Letters>.self, Scripted<Sneaking>.self],
            refusals: [
                "plugin 'sneaking' requires the service 'letters', which its manifest does not name as required\n"
                    + "  Add it to the needs of the plugin's manifest."
            ]),
        RefusalCase(
            testDescription: "an optional service that is not declared", plugins: [Scripted<Peeking>.self],
            refusals: [
                "plugin 'peeking' asks for the service 'letters', which its manifest does not name as optional\n"
                    + "  Add it to the needs of the plugin's manifest."
            ]),
        RefusalCase(
            testDescription: "an init that throws", plugins: [Scripted<Throwing>.self],
            refusals: ["plugin 'throwing' cannot be made: no luck\n  See its section 'plugins.throwing'."]),
        RefusalCase(
            testDescription: "an id that is none", plugins: [Scripted<DottedID>.self],
            refusals: [
                "'dotted_id' is no id of a plugin\n  Use letters, digits and hyphens, a letter first, as in devIssuer."
            ]),
        RefusalCase(
            testDescription: "names that health could not tell apart", plugins: [Scripted<TwiceInBackground>.self],
            refusals: [
                "plugin 'twiceInBackground' has two background services 'work'\n  Rename one of them.",
                "plugin 'twiceInBackground' has two health checks 'well'\n  Rename one of them.",
            ]),
    ]
}
