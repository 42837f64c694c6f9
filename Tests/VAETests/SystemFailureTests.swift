import Glibc
import Synchronization
import Testing
import VAECore

/// Every system call through which files are read and written can fail, and be interrupted.
@Suite("Failures of the system")
struct SystemFailureTests {
    let folder = try! ScratchFolder()

    /// What a person is told of each cause.
    @Test(arguments: [
        (ENOTDIR, "a part of the path is a file"), (EISDIR, "it is a folder"), (EACCES, "permission denied"),
        (EPERM, "permission denied"), (EROFS, "read-only"), (ENOSPC, "no space"), (EDQUOT, "quota"),
        (EFBIG, "larger than is allowed"), (ENAMETOOLONG, "name is too long"), (ELOOP, "symbolic links"),
        (EEXIST, "exists already"), (EMFILE, "too many files"), (ENFILE, "too many files"),
        (ENOMEM, "no memory"), (EIO, "device reported an error"),
    ])
    func causesAreSaid(code: Int32, cause: String) {
        for action in [FileAction.open, .read, .create, .replace, .write] {
            let error = VAEError.file("p", action, code)
            #expect(error.subject == "p" && error.problem.contains(cause) && error.advice != nil, "\(error)")
        }
    }

    @Test func otherCausesAreTheSystems() {
        let error = VAEError.file("", .write, ETXTBSY)
        #expect(error.subject == "path" && error.problem.contains("busy") && error.advice == nil)
        #expect(VAEError.file("p", .open, ENOENT).problem == "can't be read: it does not exist")
        #expect(VAEError.file("p", .create, ENOENT).problem.contains("folder does not exist"))
        #expect(VAEError.file("p", .create, EACCES).problem == "can't be created: permission denied")
        #expect(VAEError.file("p", .replace, EACCES).problem == "can't be written to: permission denied")
    }

    /// The kind decides the exit status: what is not there, what can't be made, what failed on the way, and what another moment
    /// may have.
    @Test func kinds() {
        let kinds = { (code: Int32) in
            [FileAction.open, .read, .create, .replace, .write].map { VAEError.file("p", $0, code).kind }
        }
        #expect(kinds(EACCES) == [.missingInput, .inputOutput, .cannotCreate, .cannotCreate, .inputOutput])
        #expect(kinds(EIO) == [.inputOutput, .inputOutput, .inputOutput, .inputOutput, .inputOutput])
        #expect(kinds(EMFILE) == [.unavailable, .inputOutput, .unavailable, .unavailable, .inputOutput])
    }

    /// Everything that is done to files here, in turn.
    private func work(_ name: String) throws {
        let path = folder(name)
        try Folder.createNew(path)
        try Folder.create(path + "/below/deeper")
        try DurableFile.write([1, 2, 3], to: path + "/a")
        try DurableFile.write([4, 5, 6], to: path + "/a", keepingOldAs: path + "/old")
        #expect(try DurableFile.read(path + "/old") == [1, 2, 3])
        let table = try AppendingFile(path + "/t")
        try table.append("row", synchronize: true)
        try table.close()
        try DurableFile.write(Array("row\nto".utf8), to: path + "/t")
        let again = try AppendingFile(path + "/t", .existing)
        try again.append("next")
        try again.close()
        #expect(try folder.text(name + "/t") == "row\nnext\n")
        #expect(try DurableFile.read(path + "/a") == [4, 5, 6])
    }

    /// A signal may interrupt any call: it is made again.
    @Test func interruptedCallsAreRepeated() throws {
        let state = Mutex((last: false, interrupted: 0))
        try FileOperation.$observer.withValue({ operation in
            // What the system does not repeat: renames and folders are not interrupted, and a closed file is closed.
            switch operation {
            case .rename, .remove, .makeFolder, .close, .examine: return .happens
            default: break
            }
            return state.withLock { state in
                state.last.toggle()
                if state.last { state.interrupted += 1 }
                return state.last ? .fails(EINTR) : .happens
            }
        }) { try work("run") }
        #expect(state.withLock { $0.interrupted } > 20)
    }

    /// Whatever fails, it is an error that names the file, or it does not matter.
    @Test(arguments: [EIO, ENOSPC, EACCES])
    func everyCallCanFail(code: Int32) throws {
        let seen = Mutex(0)
        try FileOperation.$observer.withValue({ _ in
            seen.withLock { $0 += 1 }
            return .happens
        }) { try work("whole") }
        let count = seen.withLock { $0 }
        var harmless = 0
        for number in 0..<count {
            let index = Mutex(0)
            do {
                try FileOperation.$observer.withValue({ _ in
                    index.withLock { index in
                        index += 1
                        return index == number + 1 ? .fails(code) : .happens
                    }
                }) { try work("run-\(number)") }
                harmless += 1
            } catch let error as VAEError {
                #expect(error.subject.hasPrefix(folder("run-\(number)")), "\(error)")
                #expect(
                    [.inputOutput, .cannotCreate, .missingInput].contains(error.kind)
                        && !error.problem.isEmpty)
            }
        }
        // Temporary files that can't be removed.
        #expect(count > 40 && harmless == 2)
    }

    /// Pipes and some file systems have nothing to flush.
    @Test(arguments: [EINVAL, ENOTSUP])
    func whatCannotBeFlushedNeedNot(code: Int32) throws {
        try FileOperation.$observer.withValue({ operation in
            switch operation {
            case .synchronize, .synchronizeFolder: .fails(code)
            default: .happens
            }
        }) { try work("run") }
    }

    /// What of a row has reached the file when the disk is full is taken back.
    @Test func aTornRowIsTakenBack() throws {
        let table = try AppendingFile(folder("t"))
        try table.append("1,2")
        let writes = Mutex(0)
        let error = FileOperation.$observer.withValue({ operation in
            guard case .write = operation else { return .happens }
            return writes.withLock { writes in
                writes += 1
                return writes == 1 ? .isCutTo(2) : .fails(ENOSPC)
            }
        }) { failure { () throws(VAEError) in try table.append("3,4") } }
        #expect(error?.kind == .inputOutput && writes.withLock { $0 } == 2)
        #expect(try folder.text("t") == "1,2\n")
        try table.append("5,6")
        #expect(try folder.text("t") == "1,2\n5,6\n")
    }

    @Test func aLockKeepsOthersOut() throws {
        var lock: FolderLock? = try FolderLock(folder.path)
        let error = failure { () throws(VAEError) in _ = try FolderLock(folder.path) }
        #expect(error?.kind == .unavailable && error?.subject == folder.path)
        _ = lock
        lock = nil
        _ = try FolderLock(folder.path)
        for path in [folder("none"), ""] {
            #expect(failure { () throws(VAEError) in _ = try FolderLock(path) } != nil)
        }
    }

    /// A descriptor that is closed twice may be another thread's file by then.
    @Test func aRefusedLockClosesItsFolderOnce() throws {
        let lock = try FolderLock(folder.path)
        let closed = Mutex(0)
        FileOperation.$observer.withValue({ operation in
            if case .close = operation { closed.withLock { $0 += 1 } }
            return .happens
        }) {
            #expect(failure { () throws(VAEError) in _ = try FolderLock(folder.path) } != nil)
            #expect(failure { () throws(VAEError) in _ = try FolderLock(folder("none")) } != nil)
        }
        #expect(closed.withLock(\.self) == 1)
        withExtendedLifetime(lock) {}
    }

    @Test func foldersOfPaths() throws {
        #expect(!Folder.exists("a\0b") && !Folder.holds("x", "a\0b"))
        Folder.removeLeftovers(folder("none"))
        Folder.removeLeftovers("a\0b")
    }
}
