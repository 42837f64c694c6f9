import Glibc

/// A large file that is written piece by piece and appears under its name when it is whole, never before.
package struct GrowingFile: ~Copyable {
    /// The path that it will have, which errors name.
    package let path: String
    private var temporary: TemporaryFile
    private var isFinished = false

    /// Begins a temporary file in the folder of `path`. One that is not finished is removed; that of a program that was killed stays, for
    /// ``Folder/removeLeftovers(_:)``.
    /// - Throws: `cannotCreate` when it can't be made.
    package init(_ path: String) throws(VAEError) {
        self.path = path
        temporary = try TemporaryFile(in: path.folder, for: .create, naming: path)
    }

    deinit {
        if !isFinished { temporary.remove() }
    }

    /// - Throws: `inputOutput` when the bytes could not all be written, as on a full disk.
    package mutating func append(_ bytes: [UInt8]) throws(VAEError) { try temporary.file.write(bytes) }

    /// Writes over bytes from `offset` on, which have been appended before.
    /// - Throws: `inputOutput` when they could not all be written.
    package mutating func replace(_ bytes: [UInt8], at offset: Int) throws(VAEError) {
        try temporary.file.write(bytes, at: offset)
    }

    /// Flushes the file to the device and gives it its name, in place of any file that has it.
    /// - Throws: `inputOutput` or `cannotCreate` when that fails; there is no file then.
    package consuming func finish() throws(VAEError) {
        try temporary.file.synchronize()
        try temporary.file.close()
        guard Folder.rename(temporary.path, to: path) == 0 else { throw .file(path, .create, errno) }
        isFinished = true
        try Folder.synchronize(path.folder, naming: path)
    }
}
