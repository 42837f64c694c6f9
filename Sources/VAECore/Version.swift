/// This package's version, by the rules of semantic versioning.
package let packageVersion = "0.1.0"
