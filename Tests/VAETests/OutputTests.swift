import Foundation
import Testing
import VAECore

@Suite("Tables that grow row by row")
struct AppendingFileTests {
    let folder = try! ScratchFolder()

    @Test func rowsAreInTheFileAtOnce() throws {
        let file = try AppendingFile(folder("metrics.csv"))
        try file.append("epoch,loss")
        #expect(try folder.text("metrics.csv") == "epoch,loss\n")
        try file.append("1,209.1", synchronize: true)
        try file.close()
        try file.close()
        #expect(failure { () throws(VAEError) in try file.append("2,157.3") }?.kind == .invalidArgument)

        let again = try AppendingFile(folder("metrics.csv"), .existing)
        #expect(failure { () throws(VAEError) in try again.append("two\nrows") }?.kind == .invalidArgument)
        try again.append("2,157.3")
        #expect(try folder.text("metrics.csv") == "epoch,loss\n1,209.1\n2,157.3\n")
    }

    @Test(arguments: [("a\nb,1", "a\n"), ("torn", ""), ("a\n", "a\n"), ("", "")])
    func aTornRowIsCutOff(before: String, after: String) throws {
        try DurableFile.write(Array(before.utf8), to: folder("t"))
        try AppendingFile(folder("t"), .existing).append("next")
        #expect(try folder.text("t") == after + "next\n")
    }

    @Test func whatIsNoTableIsLeftAlone() throws {
        let bytes = [UInt8](repeating: 0, count: 70_000)
        try DurableFile.write(bytes, to: folder("t"))
        #expect(
            failure { () throws(VAEError) in _ = try AppendingFile(folder("t"), .existing) }?.kind
                == .invalidData)
        #expect(try DurableFile.read(folder("t")) == bytes)
    }

    @Test func refusesWhatCannotBeMade() throws {
        try DurableFile.write([], to: folder("there"))
        for path in [folder("there"), folder.path, folder("absent/t")] {
            #expect(failure { () throws(VAEError) in _ = try AppendingFile(path) }?.kind == .cannotCreate)
        }
        #expect(failure { () throws(VAEError) in _ = try AppendingFile("") }?.kind == .invalidArgument)
    }

    @Test func aFullDeviceIsReported() throws {
        let file = try AppendingFile("/dev/full", .existing)
        #expect(failure { () throws(VAEError) in try file.append("row") }?.kind == .inputOutput)
    }

    @Test(.enabled(if: SmallDisk.isPossible, "mounting a file system needs root"))
    func aFullDiskLeavesWholeRows() throws {
        let disk = try #require(SmallDisk(at: folder("disk"), bytes: 65_536))
        let file = try AppendingFile(disk("t"))
        let row = String(repeating: "x", count: 9_999)
        var rows = 0
        while failure({ () throws(VAEError) in try file.append(row) }) == nil { rows += 1 }
        #expect(rows == 6)
        #expect(try DurableFile.read(disk("t")).count == rows * 10_000)
    }
}

@Suite("Folders for a run")
struct FolderTests {
    let folder = try! ScratchFolder()

    @Test func aFolderOfOutputsIsMadeOrTaken() throws {
        try Folder.create(folder("a/b"))
        #expect(Folder.exists(folder("a/b")) && !Folder.exists(folder("a/c")))
        try DurableFile.write([1], to: folder("a/b/f"))
        try Folder.create(folder("a/b"))
        #expect(try DurableFile.read(folder("a/b/f")) == [1])
        #expect(Folder.holds("f", folder("a/b")) && !Folder.holds("g", folder("a/b")))
        // Trying whether it can be written to leaves nothing.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("a/b")) == ["f"])
        for path in [folder("a/b/f"), folder("a/b/f/g"), "/proc/x"] {
            #expect(
                failure { () throws(VAEError) in try Folder.create(path) }?.kind == .cannotCreate, "\(path)")
        }
        #expect(failure { () throws(VAEError) in try Folder.create("") }?.kind == .invalidArgument)
        #expect(!Folder.exists("") && !Folder.exists(folder("a/b/f")))
    }

    @Test(arguments: ["new", "a/b/c", "a//b/./c/", "empty"])
    func makesNewFoldersAndTakesEmptyOnes(name: String) throws {
        #expect(mkdir(folder("empty"), 0o755) == 0)
        try Folder.createNew(folder(name))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder(name)) == [])
        try DurableFile.write([1], to: folder(name) + "/file")
        #expect(failure { () throws(VAEError) in try Folder.createNew(folder(name)) }?.kind == .cannotCreate)
    }

    @Test func refusesFilesAndWhatIsBelowThem() throws {
        try DurableFile.write([1], to: folder("file"))
        #expect(symlink("nothing", folder("broken")) == 0)
        let long = folder(String(repeating: "a/", count: 40_000))
        for path in [
            folder("file"), folder("file/run"), folder("broken"), folder("broken/run"), "/proc/run", long,
        ] {
            #expect(failure { () throws(VAEError) in try Folder.createNew(path) }?.kind == .cannotCreate)
        }
        #expect(failure { () throws(VAEError) in try Folder.createNew("") }?.kind == .invalidArgument)
        #expect(try folder.names == ["broken", "file"])
    }

    @Test(.enabled(if: getuid() != 0, "root may write anywhere"))
    func refusesAFolderThatCannotBeWrittenTo() throws {
        #expect(mkdir(folder("closed"), 0o555) == 0)
        #expect(
            failure { () throws(VAEError) in try Folder.createNew(folder("closed")) }?.kind == .cannotCreate)
    }

    @Test(.enabled(if: SmallDisk.isPossible, "mounting a file system needs root"))
    func refusesAReadOnlyFileSystem() throws {
        let disk = try #require(SmallDisk(at: folder("disk"), bytes: 65_536))
        disk.makeReadOnly()
        for path in [disk.path, disk("run")] {
            #expect(failure { () throws(VAEError) in try Folder.createNew(path) }?.kind == .cannotCreate)
        }
    }
}
