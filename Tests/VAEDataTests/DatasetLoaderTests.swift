import Foundation
import Testing
import VAECore

@testable import VAEData

/// Folder, cache, servers and fall-back together.
@Suite struct DatasetLoaderTests {
    let folder: TemporaryFolder
    private let files: [String: [UInt8]]
    private let names = [
        "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ]

    init() throws {
        folder = try TemporaryFolder()
        let pixels: [UInt8] = (0..<60).map { UInt8($0) }
        files = [
            names[0]: gzip(idxHeader([5, 3, 4]) + pixels),
            names[1]: gzip(idxHeader([5]) + [1, 2, 3, 4, 5]),
            names[2]: gzip(idxHeader([2, 3, 4]) + pixels.prefix(24)),
            names[3]: gzip(idxHeader([2]) + [8, 9]),
        ]
    }

    private func answers(_ changes: [String: TestServer.Answer] = [:]) -> [String: TestServer.Answer] {
        files.mapValues { TestServer.Answer.file($0) }.merging(changes) { $1 }
    }

    private func loader(_ mirrors: [String]) -> DatasetLoader {
        let described = names.map { name in
            PublishedDataset.File(
                name: name, size: files[name]!.count, sha256: SHA256.digest(of: files[name]!).description)
        }
        var loader = DatasetLoader(cacheFolder: "\(folder.path)/cache")
        loader.mnist = PublishedDataset(
            name: "mnist", mirrors: mirrors, trainImages: described[0], trainLabels: described[1],
            testImages: described[2], testLabels: described[3])
        loader.allowsPlainHTTP = true
        loader.patience = 30
        return loader
    }

    private func load(
        _ loader: DatasetLoader, _ choice: DatasetChoice = .mnist
    ) throws -> (data: Dataset, events: [DatasetEvent]) {
        var events: [DatasetEvent] = []
        let data = try loader.load(choice) { events.append($0) }
        return (data, events)
    }

    private func failures(_ events: [DatasetEvent]) -> [String] {
        events.compactMap {
            if case .mirrorFailed(let url, let reason) = $0 { "\(url) \(reason)" } else { nil }
        }
    }

    @Test func downloadsOnceThenUsesTheCache() throws {
        let server = try TestServer(answers())
        let (data, events) = try load(loader([server.base]))
        #expect(data.name == "mnist")
        #expect(data.train.count == 5)
        #expect(data.train.shape == ImageShape(height: 3, width: 4))
        #expect(data.train.labels == [1, 2, 3, 4, 5])
        #expect(data.test?.labels == [8, 9])
        #expect(data.source == "downloaded from 127.0.0.1")
        #expect(failures(events).isEmpty)
        let size = files[names[0]]!.count
        #expect(events.last == .downloading(file: names[0], received: size, total: size))
        #expect(Set(server.requests) == Set(names))

        let (again, quiet) = try load(loader([server.base]), .auto)
        #expect(again.train == data.train && again.test == data.test)
        #expect(again.source == "cache folder \(folder.path)/cache/mnist")
        #expect(quiet.isEmpty)
        #expect(server.requests.count == 4)
    }

    @Test func movesOnToTheNextMirror() throws {
        var wrong = files[names[0]]!
        wrong[20] ^= 1
        let bad = try TestServer(answers([names[3]: .status(404), names[0]: .file(wrong)]))
        let good = try TestServer(answers())
        let (data, events) = try load(loader([bad.base, good.base]))
        #expect(data.train.count == 5)
        #expect(failures(events).count == 1)
        #expect(failures(events)[0].contains("404"))
        // A server that failed is not asked first again.
        #expect(bad.requests == [names[3]])
        #expect(good.requests.count == 4)
    }

    @Test func refusesAWrongHash() throws {
        var wrong = files[names[0]]!
        wrong[20] ^= 1
        let bad = try TestServer(answers([names[0]: .file(wrong)]))
        let good = try TestServer(answers())
        let (data, events) = try load(loader([bad.base, good.base]))
        try #expect(data.train.pixels == (0..<60).map { UInt8($0) })
        #expect(failures(events).count == 1)
        #expect(failures(events)[0].contains("SHA-256"))
        #expect(data.source == "downloaded from 127.0.0.1 and 127.0.0.1")

        try FileManager.default.removeItem(atPath: "\(folder.path)/cache")
        expectError(.unavailable, saying: "SHA-256", "--data", "--dataset synthetic") {
            _ = try load(loader([bad.base]))
        }
        // What was refused was not kept.
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/cache/mnist/\(names[0])"))
    }

    @Test(arguments: 0..<5) func everyKindOfFailureMovesOn(kind: Int) throws {
        let file = files[names[3]]!
        let answer: TestServer.Answer =
            switch kind {
            case 0: .file(file + [0])
            case 1: .endless()
            case 2: .cut(file, after: file.count / 2)
            case 3: .silence
            default: .redirect("ftp://127.0.0.1/")
            }
        let bad = try TestServer(answers([names[3]: answer]))
        let good = try TestServer(answers())
        var loader = loader([bad.base, good.base])
        // Silence is waited out, so not for as long as elsewhere.
        if kind == 3 { loader.patience = 5 }
        let (data, events) = try load(loader)
        #expect(data.test?.labels == [8, 9])
        #expect(failures(events).count == 1)
    }

    @Test func aDamagedCacheIsSaidAndMended() throws {
        let server = try TestServer(answers())
        let first = try load(loader([server.base])).data
        let cache = "\(folder.path)/cache/mnist/"
        var flipped = files[names[0]]!
        flipped[30] ^= 4
        try Data(flipped).write(to: URL(fileURLWithPath: cache + names[0]))
        try Data(files[names[1]]!.dropLast()).write(to: URL(fileURLWithPath: cache + names[1]))
        try Data(files[names[2]]! + [0]).write(to: URL(fileURLWithPath: cache + names[2]))
        try FileManager.default.removeItem(atPath: cache + names[3])

        let (data, events) = try load(loader([server.base]))
        #expect(data.train == first.train && data.test == first.test)
        let damages = events.compactMap { if case .cacheDamaged(let path, _) = $0 { path } else { nil } }
        #expect(Set(damages) == Set(names[..<3].map { cache + $0 }))
        for name in names {
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: cache + name))) == files[name])
        }
        #expect(try load(loader([server.base])).events.isEmpty)
    }

    @Test func aCacheThatCannotBeWrittenIsNoObstacle() throws {
        let server = try TestServer(answers())
        try folder.write([], to: "cache")  // a file where the folder should be
        let (data, events) = try load(loader([server.base]))
        #expect(data.train.count == 5)
        #expect(events.count { if case .cacheNotWritten = $0 { true } else { false } } == 4)
    }

    @Test func offlineAutoFallsBackAndSaysSo() throws {
        // A name that no resolver knows (RFC 6761), and a port that nobody listens on.
        let offline = loader(["http://vae.invalid/mnist/", "http://127.0.0.1:1/"])
        let clock = ContinuousClock()
        let start = clock.now
        let (data, events) = try load(offline, .auto)
        #expect(clock.now - start < .seconds(10))
        #expect(data.name == "synthetic")
        #expect(data.source.contains("because MNIST can't be had"))
        #expect(data.train.count == 60_000 && data.test?.count == 10_000)
        #expect(failures(events).count == 2)
        guard case .fallingBack(let reason) = events.last else {
            Issue.record("no word of the fall-back")
            return
        }
        #expect(reason.contains("mnist can't be downloaded") && reason.contains("vae.invalid"))

        expectError(.unavailable, saying: "vae.invalid", "--dataset synthetic") {
            _ = try load(offline, .mnist)
        }
    }

    @Test func aFolderComesFirst() throws {
        for (name, bytes) in files { try folder.write(bytes, to: name) }
        let loader = DatasetLoader()
        #expect(
            try loader.load(.auto, path: folder.path).name == (folder.path as NSString).lastPathComponent)
        #expect(try loader.load(.mnist, path: folder.path).name == "mnist")
        #expect(try loader.load(.fashionMNIST, path: folder.path).name == "fashion-mnist")
        expectError(.invalidArgument, saying: "can't be combined") {
            _ = try loader.load(.synthetic, path: folder.path)
        }
        expectError(.missingInput, saying: "does not exist") {
            _ = try loader.load(.auto, path: folder.path + "/none")
        }
    }

    @Test func syntheticTakesTheSeed() throws {
        let data = try DatasetLoader().load(.synthetic, seed: 5)
        #expect(data.source.contains("seed 5"))
        #expect(try data.train.slice(0..<3) == SyntheticDigits.dataset(seed: 5, trainCount: 3).train)
    }

    @Test func standardCacheFolder() {
        #expect(DatasetCache.standardFolder(["XDG_CACHE_HOME": "/x", "HOME": "/h"]) == "/x/vae")
        #expect(DatasetCache.standardFolder(["XDG_CACHE_HOME": "x", "HOME": "/h/"]) == "/h/.cache/vae")
        #expect(DatasetCache.standardFolder(["XDG_CACHE_HOME": "", "HOME": "/h"]) == "/h/.cache/vae")
        #expect(DatasetCache.standardFolder([:]) == nil)
    }

    @Test func publishedFilesAreWellFormed() {
        for published in [PublishedDataset.mnist, .fashionMNIST] {
            #expect(published.mirrors.count >= 2)
            #expect(published.mirrors.allSatisfy { $0.hasPrefix("https://") && $0.hasSuffix("/") })
            let files = [
                published.trainImages, published.trainLabels, published.testImages, published.testLabels,
            ]
            #expect(files.map(\.name) == names)
            #expect(
                files.allSatisfy {
                    $0.sha256.count == 64 && $0.sha256.allSatisfy("0123456789abcdef".contains)
                })
        }
    }
}
