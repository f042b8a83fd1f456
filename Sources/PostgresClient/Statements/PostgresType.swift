/// A type by its object id, as `pg_type.dat` of PostgreSQL's sources fixes it for all versions.
public struct PostgresType: RawRepresentable, Sendable, Hashable {
    public var rawValue: UInt32

    /// The type of an object id.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The server infers the type from the statement.
    public static let inferred = PostgresType(rawValue: 0)
    public static let bool = PostgresType(rawValue: 16)
    public static let bytea = PostgresType(rawValue: 17)
    public static let int8 = PostgresType(rawValue: 20)
    public static let int2 = PostgresType(rawValue: 21)
    public static let int4 = PostgresType(rawValue: 23)
    public static let text = PostgresType(rawValue: 25)
    public static let json = PostgresType(rawValue: 114)
    public static let timestamptz = PostgresType(rawValue: 1184)
    public static let uuid = PostgresType(rawValue: 2950)

    /// The array type over this type; nil where this module does not know it.
    public var array: PostgresType? {
        switch self {
        case .bool: PostgresType(rawValue: 1000)
        case .bytea: PostgresType(rawValue: 1001)
        case .int8: PostgresType(rawValue: 1016)
        case .int4: PostgresType(rawValue: 1007)
        case .text: PostgresType(rawValue: 1009)
        case .json: PostgresType(rawValue: 199)
        case .timestamptz: PostgresType(rawValue: 1185)
        case .uuid: PostgresType(rawValue: 2951)
        default: nil
        }
    }
}
