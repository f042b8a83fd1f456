import Domain
import Kernel
import NIOCore
import Testing

@testable import SyncPlugin

@Suite("What is said on a WebSocket")
struct SocketConversationTests {
    /// Something that happens.
    enum Input {
        case text(String)
        case binary
        case good(String, for: Int64)
        case bad(AuthenticationError.Code)
        case joined
        case full
        case alarm(at: Int64)
        case commit(String)
        case behind
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let inputs: @Sendable () -> [Input]
        /// What is to be done and, where the peer takes it, what it is told.
        let outcome: [String]

        init(_ description: String, _ outcome: [String], _ inputs: @escaping @Sendable () -> [Input]) {
            testDescription = description
            self.inputs = inputs
            self.outcome = outcome
        }
    }

    static let auth = #"{"type":"auth","token":"t","clientId":"laptop"}"#
    static let ok = #"{"type":"auth-ok"}"#

    static func error(_ message: String) -> String { #"{"type":"error","message":"\#(message)"}"# }

    /// What leads to an open conversation, and comes of it, with a token that is good for an hour.
    static let opening = ["wake 10.0 seconds", "verify", "join anna laptop todo", "wake 3600.0 seconds", ok]
    static func open(_ more: [Input]) -> [Input] { [.text(auth), .good("anna", for: 3600), .joined] + more }

    static let cases = [
        Case("A good token lets the user in", opening) { open([]) },
        Case("Without a token in time there is an end", ["wake 10.0 seconds", "close 1008 auth timeout"]) {
            [.alarm(at: 10), .text(auth)]
        },
        Case(
            "A token that takes too long to verify is too late, also when it turns out good",
            ["wake 10.0 seconds", "verify", "close 1008 auth timeout"]
        ) { [.text(auth), .alarm(at: 10), .good("anna", for: 3600)] },
        Case(
            "A bad token is told, and ends it",
            ["wake 10.0 seconds", "verify", error("invalid token"), "close 1008 invalid token"]
        ) { [.text(auth), .bad(.tokenExpired), .text(auth)] },
        Case(
            "Without keys the client may come again",
            [
                "wake 10.0 seconds", "verify", error("tokens cannot be verified now"),
                "close 1013 tokens cannot be verified now",
            ]
        ) { [.text(auth), .bad(.keysUnavailable)] },
        Case(
            "A user with too many connections is turned away",
            ["wake 10.0 seconds", "verify", "join anna laptop todo", "close 1013 too many connections"]
        ) { [.text(auth), .good("anna", for: 3600), .full] },
        Case("The token's expiry ends it", opening + ["close 1008 token expired"]) {
            open([.alarm(at: 3600), .commit("late")])
        },
        Case("An alarm before the expiry, as after a step of the clock, waits on", opening + ["wake 600.0 seconds"]) {
            open([.alarm(at: 3000)])
        },
        Case(
            "A fresh token of the same user postpones the end",
            opening + ["verify", "wake 7200.0 seconds", ok, "wake 3600.0 seconds", "close 1008 token expired"]
        ) { open([.text(auth), .good("anna", for: 7200), .alarm(at: 3600), .alarm(at: 7200)]) },
        Case(
            "A fresh token that is still being verified at the expiry came in time",
            opening + ["verify", "wake 10.0 seconds", "wake 7200.0 seconds", ok]
        ) { open([.text(auth), .alarm(at: 3600), .good("anna", for: 7200)]) },
        Case(
            "A fresh token is not waited for longer than a first one",
            opening + ["verify", "wake 10.0 seconds", "close 1008 token expired"]
        ) { open([.text(auth), .alarm(at: 3600), .alarm(at: 3610), .good("anna", for: 7200)]) },
        Case(
            "The token of another user ends it",
            opening + ["verify", error("invalid token"), "close 1008 invalid token"]
        ) { open([.text(auth), .good("bert", for: 7200)]) },
        Case(
            "A bad token ends it also when there was a good one",
            opening + ["verify", error("invalid token"), "close 1008 invalid token"]
        ) { open([.text(auth), .bad(.missingToken)]) },
        Case(
            "Without keys, who is in stays in until the token expires",
            opening + ["verify", error("tokens cannot be verified now"), "close 1008 token expired"]
        ) { open([.text(auth), .bad(.keysUnavailable), .alarm(at: 3600)]) },
        Case(
            "One token at a time", ["wake 10.0 seconds", "verify", error("authentication is under way")]
        ) { [.text(auth), .text(auth)] },
        Case(
            "A ping has its pong, also before the token, and lets nobody wait longer",
            ["wake 10.0 seconds", #"{"type":"pong"}"#, "close 1008 auth timeout"]
        ) { [.text(#"{"type":"ping"}"#), .alarm(at: 10)] },
        Case(
            "What makes no sense is told, and ends nothing",
            ["wake 10.0 seconds"] + ClientMessage.Fault.allCases.map { error($0.rawValue) }
        ) {
            [
                .binary, .text("[1"), .text(#"{"type":"subscribe"}"#), .text(#"{"type":"auth"}"#),
                .text(#"{"type":"auth","token":"t","clientId":7}"#),
            ]
        },
        Case("Nothing is told of commits before the token is good", ["wake 10.0 seconds", "verify"]) {
            [.commit("a"), .text(auth), .commit("b")]
        },
        Case(
            "A commit is told",
            opening + [#"{"type":"sync-available","appId":"todo","tables":["a"]}"#]
        ) { open([.commit("a")]) },
        Case("Who falls behind is sent away, to come again", opening + ["close 1013 too far behind"]) {
            open([.behind, .behind])
        },
    ]

    /// A conversation, and what came of it.
    struct Transcript {
        var conversation = SocketConversation(app: AppID("todo"), timeout: .seconds(10))
        var lines: [String] = []

        mutating func take(_ input: Input) throws {
            switch input {
            case .text(let text):
                do throws(ClientMessage.Fault) {
                    note(conversation.received(try ClientMessage(ByteBuffer(string: text))))
                } catch {
                    note(conversation.received(error))
                }
            case .binary: note(conversation.received(.binary))
            case .good(let user, let lifetime):
                let principal = Principal(userID: user, expiresAt: UnixTime(seconds: lifetime))
                note(conversation.verified(principal, now: .epoch))
            case .bad(let error): note(conversation.refused(error))
            case .joined: note(conversation.joined(now: .epoch))
            case .full: note(conversation.turnedAway())
            case .alarm(let time): note(conversation.alarm(now: UnixTime(seconds: time)))
            case .behind: note(conversation.fellBehind())
            case .commit(let table):
                let app = try #require(AppID("todo"))
                let notice = ChangeNotice(author: UserID("anna"), client: nil, app: app, tables: [TableName(table)])
                let isKept = conversation.heard(notice)
                #expect(isKept)
            }
            lines += conversation.outbox.take().map { String(buffer: $0) }
        }

        mutating func note(_ actions: [SocketConversation.Action]) {
            for action in actions {
                switch action {
                case .verify: lines.append("verify")
                case .join(let scope):
                    lines.append("join \(scope.user) \(scope.client?.text ?? "-") \(scope.app?.text ?? "-")")
                case .wake(let delay): lines.append("wake \(delay)")
                case .close(let code, let reason, let lastWords):
                    if let lastWords { lines.append(String(buffer: lastWords)) }
                    lines.append("close \(code.rawValue) \(reason)")
                }
            }
        }
    }

    @Test("goes as the protocol says", arguments: cases)
    func conversation(given: Case) throws {
        var transcript = Transcript()
        transcript.note(transcript.conversation.opened())
        for input in given.inputs() { try transcript.take(input) }
        #expect(transcript.lines == given.outcome)
    }

    @Test("ends after too many messages that make no sense")
    func faults() throws {
        var transcript = Transcript()
        for _ in 0..<SocketConversation.mostFaults { try transcript.take(.text("{")) }
        #expect(!transcript.lines.contains { $0.hasPrefix("close") })
        try transcript.take(.text("{"))
        #expect(transcript.lines.last == "close 1008 too many errors")
    }

    @Test("waits, merged, while the peer takes nothing")
    func slowPeer() throws {
        var conversation = SocketConversation(app: nil, timeout: .seconds(10))
        let principal = Principal(userID: "anna", expiresAt: UnixTime(seconds: 1))
        _ = conversation.received(.authenticate(BearerToken("t"), nil))
        _ = conversation.verified(principal, now: .epoch)
        _ = conversation.joined(now: .epoch)
        let app = try #require(AppID("todo"))
        for _ in 0..<1000 {
            _ = conversation.received(.ping)
            let notice = ChangeNotice(author: UserID("anna"), client: nil, app: app, tables: [TableName("a")])
            let isKept = conversation.heard(notice)
            #expect(isKept)
        }
        _ = conversation.received(.unreadable)
        let messages = conversation.outbox.take().map { String(buffer: $0) }
        #expect(
            messages == [
                Self.ok, Self.error(ClientMessage.Fault.unreadable.rawValue), #"{"type":"pong"}"#,
                #"{"type":"sync-available","appId":"todo","tables":["a"]}"#,
            ])
        let rest = conversation.outbox.take()
        #expect(rest == [])
    }

    @Test(
        "is read by its members, the last of each, whatever else is there",
        arguments: [
            (#"{"type":"ping"}"#, "ping"), (#" {"x":[{}],"type" : "ping" } "#, "ping"),
            (#"{"type":"auth","type":"ping"}"#, "ping"), (#"{"type":"p\u0069ng"}"#, "ping"),
            (#"{"type":"auth","token":"t"}"#, "auth -"), (#"{"token":"t","type":"auth","clientId":null}"#, "auth -"),
            (#"{"type":"auth","token":"t","clientId":""}"#, "auth -"),
            (#"{"type":"auth","token":"t","clientId":"größe"}"#, "auth größe"),
            ("", "unreadable"), ("[]", "unreadable"), ("{}", "unreadable"), (#"{"type":1}"#, "unreadable"),
            (#"{"type":"ping"}x"#, "unreadable"), (String(repeating: "[", count: 600), "unreadable"),
            (#"{"type":"Ping"}"#, "unknownType"), (#"{"type":"auth","token":null}"#, "noToken"),
            (#"{"type":"auth","token":"t","clientId":{}}"#, "invalidClientID"),
            (#"{"type":"auth","token":"t","clientId":"\u0000"}"#, "invalidClientID"),
            (#"{"type":"auth","token":"t","clientId":"\ud800"}"#, "invalidClientID"),
            (#"{"type":"auth","token":"t","clientId":"\#(String(repeating: "x", count: 513))"}"#, "invalidClientID"),
        ])
    func messages(text: String, meaning: String) {
        let read: String
        do throws(ClientMessage.Fault) {
            read =
                switch try ClientMessage(ByteBuffer(string: text)) {
                case .ping: "ping"
                case .authenticate(_, let client): "auth \(client?.text ?? "-")"
                }
        } catch {
            read = "\(error)"
        }
        #expect(read == meaning)
    }
}
