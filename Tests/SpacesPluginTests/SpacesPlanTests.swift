import Kernel
import KernelTesting
import SpacesPlugin
import SyncPlugin
import Testing

@Suite("The plan with spaces")
struct SpacesPlanTests {
    @Test(
        "Values that cannot work are refused",
        arguments: [
            ("authURL: \"ftp://x\"", "authURL"), ("cacheFor: 0s", "cacheFor"), ("cacheFor: 25h", "cacheFor"),
            ("staleFor: 1m", "staleFor"), ("staleFor: 169h", "staleFor"), ("timeout: 1ms", "timeout"),
            ("timeout: 2m", "timeout"), ("cachedUsers: 0", "cachedUsers"),
            ("readOnlyRoles: [\"\"]", "readOnlyRoles[0]"),
            ("serviceKeyFile: \"\"", "serviceKeyFile"),
        ])
    func limits(section: String, key: String) throws {
        let errors = #expect(throws: ConfigurationErrors.self) { try SharedServer.harness(section: section) }
        #expect("\(errors.map { "\($0)" } ?? "")".contains("plugins.spaces.\(key)"))
    }

    @Test("Where others reach the server, the key must be one")
    func key() throws {
        #expect(throws: PlanRefusals.self) { try SharedServer.harness(host: "0.0.0.0") }
    }

    @Test("The auth service is asked about the user, with the key of the environment")
    func question() async throws {
        try await SharedServer.run { server in
            let answer = try await server.pull(user: "anna")
            #expect(answer.status == 200)
            let request = try #require(server.auth.requests.first)
            #expect(request.path == "/api/v1/internal/users/anna/memberships")
            #expect(request.headers["x-service-key"] == "the-key")
        }
    }
}
