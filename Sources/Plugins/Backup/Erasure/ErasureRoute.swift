import Domain
import HTTPTypes
import HummingbirdCore
import Kernel
import Logging
import NIOCore

/// `DELETE /backup/account` (spec: backup.md, "Erasure").
struct ErasureRoute: Sendable {
    let log: any UserLog
    let audit: AuditLog
    /// Nil where no artifacts are kept.
    let artifacts: (any ArtifactRetention)?

    func respond(to request: Request, _ context: RequestContext) async throws -> Response {
        let user = UserID(try context.requirePrincipal().userID)
        guard request.headers[.confirmErase] == user.text else { throw Problem.unconfirmed }
        let erasure = try await log.erase(user)
        // What was done, without anything of what it was done to.
        var metadata = JSONObject()
        metadata.add("erased", erasure.erased)
        metadata.add("place", erasure.place.text)
        try await audit.append(
            AuditEvent(
                type: .userErased, actorID: erasure.pseudonym, scope: .user, scopeRoot: erasure.pseudonym,
                metadata: metadata.text))
        context.logger.notice(
            "a user's data was erased",
            metadata: [
                "event": "user_erased", "pseudonym": "\(erasure.pseudonym)", "erased": "\(erasure.erased)",
                "place": "\(erasure.place.text)",
            ])
        var answer = JSONObject()
        answer.add("erased", erasure.erased)
        answer.add("backups", json: try await artifacts?.hold().json ?? ArtifactHold.none.json)
        return .answer(answer.text)
    }
}

extension Response {
    /// 200 with JSON that nobody may keep.
    static func answer(_ json: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: json)))
    }
}

extension HTTPField.Name {
    /// `X-Confirm-Erase`: the id of the user whose data is to be erased.
    fileprivate static let confirmErase = HTTPField.Name.known("X-Confirm-Erase")
}

extension Problem {
    fileprivate static let unconfirmed = Problem.badRequest(
        code: "confirmation_required",
        detail: "To erase all data of the token's user, send the user's id in the header X-Confirm-Erase.")
}
