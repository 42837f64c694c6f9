import Foundation
import ReaderChecks
import Synchronization
import Testing
import VAECore

@testable import VAEData

/// What the cache of decoded pictures keeps, for how long, and with whom.
@Suite struct PictureCacheTests {
    let folder: TemporaryFolder
    let cache: PictureCache
    private static let now = 2_000_000_000
    private static let day = 86_400
    private static let gibibyte = 1 << 30

    init() throws {
        folder = try TemporaryFolder()
        cache = PictureCache(in: folder.path + "/cache")
        try Folder.create(cache.folder)
    }

    /// A file of so many gibibytes that takes no space, last used so long ago.
    private func keep(_ key: String, _ gibibytes: Int, days: Int) throws {
        try Data().write(to: URL(fileURLWithPath: cache.path(key)))
        #expect(truncate(cache.path(key), gibibytes * Self.gibibyte) == 0)
        let time = timespec(tv_sec: Self.now - days * Self.day, tv_nsec: 0)
        #expect(utimensat(AT_FDCWD, cache.path(key), [time, time], 0) == 0)
    }

    private func kept() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: cache.folder).sorted()
            .map { String($0.prefix { $0 != "." }) }
    }

    /// Makes room for so many gibibytes where so many are left, and says what was removed.
    private func makeRoom(for size: Int, left: Int?) -> [DatasetEvent] {
        var events: [DatasetEvent] = []
        cache.makeRoom(
            for: size * Self.gibibyte, now: Self.now, room: left.map { $0 * Self.gibibyte }
        ) { events.append($0) }
        return events
    }

    private func removed(_ files: Int, _ gibibytes: Int, _ reason: String) -> DatasetEvent {
        .cacheReduced(files: files, bytes: gibibytes * Self.gibibyte, reason: reason)
    }

    private let forAge = "not used for 30 days"
    private let forRoom = "those not used for longest, as half of the free space is for others"

    @Test func whatIsNotUsedForThirtyDaysGoes() throws {
        try keep("a", 1, days: 31)
        try keep("b", 2, days: 29)
        try keep("c", 3, days: 400)
        // A clock that was set back.
        try keep("d", 1, days: -400)
        // Others' files, whatever they are.
        try folder.write([1], to: "cache/pictures/notes")
        #expect(makeRoom(for: 1, left: 1000) == [removed(2, 4, forAge)])
        #expect(try kept() == ["b", "d", "notes"])
        #expect(makeRoom(for: 1, left: nil).isEmpty)
    }

    /// 20 GiB are free without the cache, of which 10 are for it.
    @Test(arguments: [(1, []), (2, ["a"]), (5, ["a"]), (6, ["a", "b"]), (9, ["a", "b", "c"])])
    func whatIsNotUsedForLongestGoesUntilHalfIsFree(_ size: Int, _ gone: [String]) throws {
        let all = ["a": 4, "b": 3, "c": 2]
        try keep("b", 3, days: 2)
        try keep("a", 4, days: 3)
        try keep("c", 2, days: 1)
        let bytes = gone.reduce(0) { $0 + (all[$1] ?? 0) }
        #expect(makeRoom(for: size, left: 11) == (gone.isEmpty ? [] : [removed(gone.count, bytes, forRoom)]))
        #expect(try kept() == all.keys.filter { !gone.contains($0) }.sorted())
    }

    /// A new file larger than the cache's half has it alone, and one that would not fit either way costs nothing.
    @Test func aFileThatIsLargerThanTheCache() throws {
        try keep("a", 4, days: 3)
        try keep("b", 3, days: 2)
        #expect(makeRoom(for: 20, left: 13).isEmpty)
        #expect(try kept() == ["a", "b"])
        #expect(makeRoom(for: 19, left: 13) == [removed(2, 7, forRoom)])
        #expect(try kept().isEmpty)
    }

    @Test func whatAnotherProgramReadsStays() throws {
        for key in ["a", "b", "c"] { try keep(key, 2, days: 50) }
        do {
            let reader = try FileDescriptor.reading(cache.path("b"))
            let isLocked = reader.lock(shared: true)
            #expect(isLocked)
            #expect(makeRoom(for: 19, left: 14) == [removed(2, 4, forAge)])
            #expect(try kept() == ["b"])
        }
        #expect(makeRoom(for: 1, left: 14) == [removed(1, 2, forAge)])
    }

    /// A picture of 2×1 pixels.
    private func pictures(_ count: Int, in name: String) throws -> DataSource {
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        for index in 0..<count {
            let file = PNGs.file(width: 2, height: 1, depth: 8, colour: 0, rows: [0, UInt8(index), 9])
            try folder.write(file, to: "\(name)/\(index).png")
        }
        return try DataSource("\(folder.path)/\(name)")
    }

    private var onDisk: ImageStorage { ImageStorage(.disk, cacheFolder: folder.path + "/cache") }

    /// To open a file is to use it, and as long as its images are there nobody removes it.
    @Test func theTimeOfUse() throws {
        let source = try pictures(3, in: "p")
        _ = try source.dataset(storage: onDisk)
        let key = try #require(kept().first)
        let time = timespec(tv_sec: 1000, tv_nsec: 0)
        func age() { #expect(utimensat(AT_FDCWD, cache.path(key), [time, time], 0) == 0) }
        age()
        do {
            let data = try source.dataset(storage: onDisk)
            var status = stat()
            #expect(stat(cache.path(key), &status) == 0 && status.st_mtim.tv_sec > 1_700_000_000)
            age()
            _ = try pictures(4, in: "q").dataset(storage: onDisk)
            #expect(try kept().count == 2 && data.train.values(of: 0..<1).count == 2)
        }
        var events: [DatasetEvent] = []
        _ = try pictures(5, in: "r").dataset(storage: onDisk) { events.append($0) }
        #expect(try kept().count == 2 && !kept().contains(key))
        #expect(events.contains { if case .cacheReduced(1, _, forAge) = $0 { true } else { false } })
    }

    /// Two that want the same file: one makes it, the other waits and takes it.
    @Test(.timeLimit(.minutes(10))) func twoThatWantTheSameFile() throws {
        let source = try pictures(3, in: "p")
        let storage = onDisk
        let events = Mutex<[DatasetEvent]>([])
        let result = Mutex<Dataset?>(nil)
        let (isWaiting, isDone) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        do {
            let lock = try FolderLock(cache.folder)
            Thread {
                let data = try? source.dataset(storage: storage) { event in
                    if case .waitingForCache = event { isWaiting.signal() }
                    events.withLock { $0.append(event) }
                }
                result.withLock { $0 = data }
                isDone.signal()
            }.start()
            isWaiting.wait()
            // What the other one makes meanwhile.
            var list = PictureList()
            list.append(["0.png", "1.png", "2.png"], in: "\(folder.path)/p", label: nil)
            let caching = PictureCaching(list: list, options: ImportOptions())
            #expect(try caching.make(cache, PictureCache.key(list, ImportOptions())) { _ in })
            withExtendedLifetime(lock) {}
        }
        isDone.wait()
        #expect(try kept().count == 1)
        let data = try #require(result.withLock { $0 })
        #expect(data.train.count + (data.test?.count ?? 0) == 3 && !data.train.isInMemory)
        // It decoded nothing itself.
        #expect(events.withLock { !$0.contains { if case .reading = $0 { true } else { false } } })
    }

    /// What a program left that was killed is gone when the next file is made.
    @Test func whatWasLeftHalfMadeGoes() throws {
        try folder.write([1, 2, 3], to: "cache/pictures/.vae-12345.tmp")
        _ = try pictures(3, in: "p").dataset(storage: onDisk)
        #expect(try FileManager.default.contentsOfDirectory(atPath: cache.folder).count == 1)
    }
}
