import HTTPTypes
import Kernel

extension ServiceKey where Value == String {
    static let letters = ServiceKey("letters")
    static let digits = ServiceKey("digits")
}

extension RouteTrait {
    static let metered = RouteTrait("metered")
}

enum Letters: PluginScript {
    static let id = "letters"
    static var provides: [AnyServiceKey] { [AnyServiceKey(ServiceKey.letters)] }
    static func declare(into registry: inout PluginRegistry) { registry.provide(.letters, "abc") }
}

enum OtherLetters: PluginScript {
    static let id = "otherLetters"
    static var provides: [AnyServiceKey] { [AnyServiceKey(ServiceKey.letters)] }
    static func declare(into registry: inout PluginRegistry) { registry.provide(.letters, "ABC") }
}

enum Reader: PluginScript {
    static let id = "reader"
    static var needs: [ServiceNeed] { [.required(ServiceKey.letters)] }
    static func make(_ dependencies: Dependencies) throws { _ = try dependencies.require(.letters) }
}

enum Sneaking: PluginScript {
    static let id = "sneaking"
    static func make(_ dependencies: Dependencies) throws { _ = try dependencies.require(.letters) }
}

enum Peeking: PluginScript {
    static let id = "peeking"
    static func make(_ dependencies: Dependencies) throws { _ = try dependencies.optional(.letters) }
}

enum Selfish: PluginScript {
    static let id = "selfish"
    static var needs: [ServiceNeed] { [.required(ServiceKey.letters)] }
    static var provides: [AnyServiceKey] { [AnyServiceKey(ServiceKey.letters)] }
}

enum Promising: PluginScript {
    static let id = "promising"
    static var provides: [AnyServiceKey] { [AnyServiceKey(ServiceKey.letters)] }
}

enum Gifting: PluginScript {
    static let id = "gifting"
    static func declare(into registry: inout PluginRegistry) { registry.provide(.letters, "abc") }
}

/// Needs digits for its letters.
enum LettersOfDigits: PluginScript {
    static let id = "lettersOfDigits"
    static var needs: [ServiceNeed] { [.optional(ServiceKey.digits)] }
    static var provides: [AnyServiceKey] { [AnyServiceKey(ServiceKey.letters)] }
    static func declare(into registry: inout PluginRegistry) { registry.provide(.letters, "abc") }
}

/// Needs letters for its digits.
enum DigitsOfLetters: PluginScript {
    static let id = "digitsOfLetters"
    static var needs: [ServiceNeed] { [.required(ServiceKey.letters)] }
    static var provides: [AnyServiceKey] { [AnyServiceKey(ServiceKey.digits)] }
    static func declare(into registry: inout PluginRegistry) { registry.provide(.digits, "123") }
}

enum Throwing: PluginScript {
    static let id = "throwing"
    static var provides: [AnyServiceKey] { [AnyServiceKey(ServiceKey.digits)] }
    static func make(_ dependencies: Dependencies) throws { throw Mishap("no luck") }
}

enum NeedsThrowing: PluginScript {
    static let id = "needsThrowing"
    static var needs: [ServiceNeed] { [.required(ServiceKey.digits)] }
}

enum DottedID: PluginScript {
    static let id = "dotted_id"
}

enum TwiceInBackground: PluginScript {
    static let id = "twiceInBackground"
    static func declare(into registry: inout PluginRegistry) {
        registry.background("work", EndlessService())
        registry.background("work", EndlessService())
        registry.healthCheck(HealthCheck("well") { .healthy })
        registry.healthCheck(HealthCheck("well") { .healthy })
    }
}

enum Metering: PluginScript {
    static let id = "metering"
    static var traits: [RouteTrait] { [.metered] }
    static func declare(into registry: inout PluginRegistry) {
        registry.route(.plain("/metered", access: .requires([.authenticated, .metered])))
    }
}

enum UndeclaredTrait: PluginScript {
    static let id = "undeclaredTrait"
    static func declare(into registry: inout PluginRegistry) {
        registry.gate(.plain("toll", .gate, .routes(demanding: .metered)))
    }
}

enum Operating: PluginScript {
    static let id = "operating"
    static func declare(into registry: inout PluginRegistry) {
        registry.route(.plain("/operator", .post, access: .requires([.operator])))
    }
}

enum Speechless: PluginScript {
    static let id = "speechless"
    static func declare(into registry: inout PluginRegistry) {
        registry.route(.plain("/a", access: .requires([])))
        registry.route(.plain("/b", access: .open(because: "")))
    }
}

enum Notes: PluginScript {
    static let id = "notes"
    static func declare(into registry: inout PluginRegistry) {
        registry.route(.plain("/notes/{id}"))
        registry.route(.plain("/notes", .post))
    }
}

enum NotesAgain: PluginScript {
    static let id = "notesAgain"
    static func declare(into registry: inout PluginRegistry) {
        registry.route(.plain("/notes/{id}"))
        registry.route(.plain("/notes/{id}", .delete))
    }
}

enum LatestNote: PluginScript {
    static let id = "latestNote"
    static func declare(into registry: inout PluginRegistry) { registry.route(.plain("/notes/latest")) }
}

enum NotesTwice: PluginScript {
    static let id = "notesTwice"
    static func declare(into registry: inout PluginRegistry) {
        registry.route(.plain("/twice"))
        registry.route(.plain("/twice"))
        registry.route(.plain("/{a}/b"))
        registry.route(.plain("/b/{a}"))
    }
}

enum Malformed: PluginScript {
    static let id = "malformed"
    static func declare(into registry: inout PluginRegistry) {
        registry.route(.plain("notes"))
        registry.route(.plain("/notes", .head))
    }
}
