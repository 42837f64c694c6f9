import VAECore

extension RunFolder {
    /// - Throws: `missingInput` unless there is a folder at `path`.
    static func demand(_ path: String) throws(VAEError) {
        guard Folder.exists(path) else {
            throw VAEError(
                .missingInput, path, "is not a folder", expected: "the run folder of a vae-train",
                advice: "Check the path.")
        }
    }

    /// The path of a file that every run has.
    /// - Throws: `missingInput` when the folder does not have it.
    static func part(_ name: String, of path: String) throws(VAEError) -> String {
        guard Folder.holds(name, path) else {
            let isNoRun = name == configuration
            throw VAEError(
                .missingInput, path, "has no \(name)",
                expected: isNoRun ? "the folder of a run" : "the folder of a run of at least one epoch",
                advice: isNoRun
                    ? "Check the path: this is no folder that vae-train wrote."
                    : "vae-train writes it after the first epoch; check that this is the right folder.")
        }
        return join(path, name)
    }
}
