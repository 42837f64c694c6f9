import Foundation
import Testing
import VAECore

@Suite("Files written whole")
struct DurableFileTests {
    let folder = try! ScratchFolder()

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 300_001])
    func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try DurableFile.write(bytes, to: folder("a"))
        #expect(try DurableFile.read(folder("a")) == bytes)
        #expect(try DurableFile.read(folder("a"), limit: count) == bytes)
        #expect(try folder.names == ["a"])
    }

    @Test func replacesAndKeepsPermissions() throws {
        try DurableFile.write([1], to: folder("a"))
        #expect(chmod(folder("a"), 0o640) == 0)
        try DurableFile.write([2, 3], to: folder("a"))
        #expect(try DurableFile.read(folder("a")) == [2, 3])
        #expect(try folder.names == ["a"])
        let attributes = try FileManager.default.attributesOfItem(atPath: folder("a"))
        #expect(attributes[.posixPermissions] as? Int == 0o640)
    }

    /// A folder that others made may hold links to files of the user's: they are replaced, and what they lead to is left alone.
    @Test func linksAreNotFollowed() throws {
        try DurableFile.write([1], to: folder("precious"))
        for target in ["precious", "nothing", ".", "/dev/null"] {
            #expect(symlink(target, folder("link")) == 0)
            try DurableFile.write([2, 3], to: folder("link"))
            #expect(try DurableFile.read(folder("link")) == [2, 3])
            var status = stat()
            #expect(lstat(folder("link"), &status) == 0 && status.st_mode & S_IFMT == S_IFREG, "\(target)")
            #expect(unlink(folder("link")) == 0)
        }
        #expect(try DurableFile.read(folder("precious")) == [1])
        #expect(try folder.names == ["precious"])
        // The folder itself may be reached by one.
        #expect(symlink(".", folder("self")) == 0)
        try DurableFile.write([4], to: folder("self/a"))
        #expect(try DurableFile.read(folder("a")) == [4])
    }

    @Test(.timeLimit(.minutes(20))) func pipesAreNeitherReadNorWritten() throws {
        #expect(mkfifo(folder("pipe"), 0o600) == 0)
        let written = failure { () throws(VAEError) in try DurableFile.write([1], to: folder("pipe")) }
        #expect(written?.kind == .cannotCreate && written?.problem.contains("pipe") == true)
        let read = failure { () throws(VAEError) in _ = try DurableFile.read(folder("pipe")) }
        #expect(read?.kind == .missingInput && read?.found == "a device or pipe")
        #expect(try folder.names == ["pipe"])
    }

    @Test func acceptsTheLongestNameAFileCanHave() throws {
        let name = String(repeating: "n", count: 255)
        try DurableFile.write([7], to: folder(name))
        #expect(try folder.names == [name])
        #expect(
            failure { () throws(VAEError) in try DurableFile.write([7], to: folder(name + "n")) }?.kind
                == .cannotCreate)
    }

    @Test func refusesWhatCannotBeWritten() throws {
        try DurableFile.write([1], to: folder("file"))
        for path in [folder.path, folder("absent/file"), folder("file/below"), folder("new/")] {
            #expect(
                failure { () throws(VAEError) in try DurableFile.write([2], to: path) }?.kind == .cannotCreate
            )
        }
        for path in ["", folder("file\0.txt")] {
            #expect(
                failure { () throws(VAEError) in try DurableFile.write([2], to: path) }?.kind
                    == .invalidArgument)
        }
        #expect(try DurableFile.read(folder("file")) == [1])
        #expect(try folder.names == ["file"])
    }

    @Test func aDeviceIsWrittenToAndNotReplaced() throws {
        try DurableFile.write([1, 2], to: "/dev/null")
        let error = failure { () throws(VAEError) in try DurableFile.write([1], to: "/dev/full") }
        #expect(error?.description.contains("no space") == true)
        for device in ["/dev/null", "/dev/full"] {
            let type = try FileManager.default.attributesOfItem(atPath: device)[.type] as? FileAttributeType
            #expect(type == .typeCharacterSpecial)
        }
    }

    @Test(.enabled(if: getuid() != 0, "root may write anywhere"))
    func refusesAReadOnlyFolderAndAProtectedFile() throws {
        try DurableFile.write([1], to: folder("file"))
        #expect(chmod(folder("file"), 0o444) == 0)
        let protected = failure { () throws(VAEError) in try DurableFile.write([2], to: folder("file")) }
        #expect(protected?.kind == .cannotCreate)
        #expect(protected?.problem == "can't be written to: permission denied")
        #expect(
            failure { () throws(VAEError) in try DurableFile.checkCanWrite(to: folder("file")) } == protected)
        #expect(chmod(folder.path, 0o555) == 0)
        defer { chmod(folder.path, 0o755) }
        #expect(
            failure { () throws(VAEError) in try DurableFile.write([2], to: folder("new")) }?.kind
                == .cannotCreate)
    }

    @Test(.enabled(if: SmallDisk.isPossible, "mounting a file system needs root"))
    func aFullDiskLeavesTheOldFileAndNothingElse() throws {
        let disk = try #require(SmallDisk(at: folder("disk"), bytes: 65_536))
        let old = [UInt8](repeating: 1, count: 8_192)
        try DurableFile.write(old, to: disk("a"))
        let error = failure { () throws(VAEError) in
            try DurableFile.write([UInt8](repeating: 2, count: 100_000), to: disk("a"))
        }
        #expect(error?.problem.contains("no space") == true)
        #expect(try DurableFile.read(disk("a")) == old)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["a"])
        disk.makeReadOnly()
        let readOnly = failure { () throws(VAEError) in try DurableFile.write([1], to: disk("b")) }
        #expect(readOnly?.problem == "can't be created: the file system is read-only")
        let existing = failure { () throws(VAEError) in try DurableFile.write([1], to: disk("a")) }
        #expect(existing?.problem == "can't be written to: the file system is read-only")
        let inside = failure { () throws(VAEError) in try Folder.create(disk.path) }
        #expect(inside?.subject == disk.path && inside?.problem == existing?.problem)
        #expect(failure { () throws(VAEError) in try DurableFile.checkCanWrite(to: disk("b")) } == readOnly)
        #expect(failure { () throws(VAEError) in try DurableFile.checkCanWrite(to: disk("a")) } == existing)
    }

    @Test func refusesWhatCannotBeRead() throws {
        try DurableFile.write([1, 2, 3], to: folder("file"))
        for path in [folder.path, folder("absent"), folder("file/below")] {
            #expect(failure { () throws(VAEError) in _ = try DurableFile.read(path) }?.kind == .missingInput)
        }
        for limit in [2, 0, -1] {
            #expect(
                failure { () throws(VAEError) in _ = try DurableFile.read(folder("file"), limit: limit) }?
                    .kind == .invalidData)
        }
        for device in ["/dev/zero", "/dev/null"] {
            #expect(
                failure { () throws(VAEError) in _ = try DurableFile.read(device) }?.kind == .missingInput)
        }
        // A file of /proc says no size, so that only reading shows how much there is.
        #expect(try !DurableFile.read("/proc/self/status").isEmpty)
        #expect(
            failure { () throws(VAEError) in _ = try DurableFile.read("/proc/self/status", limit: 9) }?.kind
                == .invalidData)
    }
}

/// A file system of its own in memory, so that a full disk can be tried.
final class SmallDisk {
    static let isPossible: Bool = {
        guard getuid() == 0, let folder = try? ScratchFolder() else { return false }
        return SmallDisk(at: folder("probe"), bytes: 65_536) != nil
    }()

    let path: String

    init?(at path: String, bytes: Int) {
        self.path = path
        mkdir(path, 0o755)
        guard mount("none", path, "tmpfs", 0, "size=\(bytes)") == 0 else { return nil }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    func makeReadOnly() {
        _ = mount("none", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil)
    }

    func callAsFunction(_ name: String) -> String { path + "/" + name }
}

/// The error that `body` throws.
func failure(_ body: () throws(VAEError) -> Void) -> VAEError? {
    do throws(VAEError) {
        try body()
        return nil
    } catch {
        return error
    }
}
