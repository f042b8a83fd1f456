import CPostgres

extension PostgresError {
    /// The translation of an error that the server sent.
    ///
    /// - Parameter serverMessage: the primary message; kept as the cause where its class cannot hold values.
    init(sqlState: String, serverMessage: String?, constraint: String? = nil, statement: Int? = nil) {
        let category = Category(sqlState: sqlState)
        self.init(
            category, category.sentence, sqlState: sqlState,
            cause: Self.mayHoldValues(sqlState) ? nil : serverMessage, statement: statement, constraint: constraint,
            // 08007 transaction_resolution_unknown, 40003 statement_completion_unknown
            isFateUnknown: sqlState == "08007" || sqlState == "40003")
    }

    /// The translation of a result that is an error; nil fields are tolerated.
    init(result: OpaquePointer, statement: Int?) {
        guard let sqlState = Self.field(cpostgres_field_sqlstate, of: result) else {
            // Errors that libpq itself makes have no SQLSTATE: the connection broke.
            let cause = PQresultErrorMessage(result).map { Self.firstLine(String(cString: $0)) }
            self.init(.connectionLost, Category.connectionLost.sentence, cause: cause, statement: statement)
            return
        }
        self.init(
            sqlState: sqlState, serverMessage: Self.field(cpostgres_field_message, of: result),
            constraint: Self.field(cpostgres_field_constraint, of: result), statement: statement)
        // A schema change under a prepared statement is told as "feature not supported"; only the place tells it apart.
        if sqlState == "0A000", Self.field(cpostgres_field_function, of: result) == "RevalidateCachedQuery" {
            category = .stalePlan
            message = category.sentence
        }
    }

    /// The translation of a failed attempt to connect.
    ///
    /// - Parameter text: libpq's message, written with `PQERRORS_VERBOSE` so that it holds the SQLSTATE where the server sent one. It names hosts,
    ///   ports, users and files, never a password.
    init(connecting text: String, neededPassword: Bool) {
        let lines = Self.firstLine(text)
        if let sqlState = Self.sqlState(in: text) {
            self.init(sqlState: sqlState, serverMessage: lines)
        } else if neededPassword {
            self.init(.authenticationFailed, "The server asks for a password and none was given.", cause: lines)
        } else {
            self.init(.connectionLost, "The database cannot be reached.", cause: lines)
        }
    }

    static let connectionLost = PostgresError(.connectionLost, Category.connectionLost.sentence)
    static let cancelled = PostgresError(.cancelled, Category.cancelled.sentence)
    static let closed = PostgresError(.closed, Category.closed.sentence)

    /// `FATAL:  28P01: password …`: after the severity, which is translated, two blanks, five characters, a colon.
    private static func sqlState(in text: String) -> String? {
        let bytes = Array(text.utf8)
        let (blank, colon) = (UInt8(ascii: " "), UInt8(ascii: ":"))
        for start in bytes.indices.dropLast(8)
        where bytes[start] == colon && bytes[start + 1] == blank && bytes[start + 2] == blank
            && bytes[start + 8] == colon
        {
            let code = bytes[(start + 3)..<(start + 8)]
            if code.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }) {
                return String(decoding: code, as: UTF8.self)
            }
        }
        return nil
    }

    /// Data exceptions, constraint violations and errors that functions raise quote what was sent.
    private static func mayHoldValues(_ sqlState: String) -> Bool {
        let harmless = ["08", "0A", "25", "26", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58", "XX"]
        return !harmless.contains(String(sqlState.prefix(2)))
    }

    private static func field(_ code: Int32, of result: OpaquePointer) -> String? {
        PQresultErrorField(result, code).map { String(cString: $0) }
    }

    private static func firstLine(_ text: String) -> String {
        String(text.prefix { !$0.isNewline })
    }
}
