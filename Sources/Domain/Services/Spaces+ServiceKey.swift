public import Kernel

extension ServiceKey where Value == any SpaceGrants {
    /// Which spaces users may read, provided by the storage engine.
    public static let spaceGrants = ServiceKey("space-grants")
}

extension ServiceKey where Value == any SpaceDirectory {
    /// Who is in which space, provided by a plugin that knows.
    public static let spaceDirectory = ServiceKey("space-directory")
}
