/// This package's version, by the rules of semantic versioning.
public let packageVersion = "0.1.0"
