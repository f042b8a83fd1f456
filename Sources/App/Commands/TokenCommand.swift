import ArgumentParser
import DevIssuerPlugin
import Kernel

/// `mana-sync token`.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Print a token of the development issuer.")

    @OptionGroup var options: ConfigOptions

    @Argument(help: "The user, as the token's `sub`.")
    var subject: String

    @Option(help: "The token's `role`.")
    var role: String?

    @Option(help: "The token's `email`.")
    var email: String?

    func run() throws {
        let configuration = try options.load()
        guard configuration.isEnabled(DevIssuerPlugin.section) else {
            throw CommandFailure.configuration(
                "plugin 'devIssuer' is off, so nobody here issues tokens.\n"
                    + "  Set plugins.devIssuer.enabled to true, or ask your auth service for one.")
        }
        let issuer = DevIssuer(config: configuration.section(DevIssuerConfig.self, at: DevIssuerPlugin.section))
        do {
            try issuer.loadKey()
            print(try issuer.token(for: TokenWish(subject: subject, email: email, role: role)))
        } catch let problem as Problem {
            throw CommandFailure.failure(problem.detail)
        } catch {
            throw CommandFailure.failure("\(error)")
        }
    }
}
