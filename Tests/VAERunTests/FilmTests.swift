import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

@Suite struct FilmTests {
    private func report(_ epoch: Int) -> EpochReport {
        EpochReport(
            epoch: epoch, train: Losses(reconstruction: 1, kl: 1), test: Losses(reconstruction: 1, kl: 1),
            seconds: 1,
            imagesPerSecond: 1)
    }

    /// The number of frames and their durations.
    private func frames(_ path: String) throws -> [Int] {
        let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return file.indices.dropLast(40).filter { file[$0..<$0 + 4].elementsEqual("fcTL".utf8) }.map {
            Int(file[$0 + 24]) << 8 | Int(file[$0 + 25])
        }
    }

    @Test(arguments: [1, 2, 3])
    func everyEpochOfAShortTrainingIsAFrame(latentSize: Int) throws {
        let scratch = try Scratch()
        let data = try SyntheticDigits.dataset(trainCount: 10, testCount: 40)
        var recorder = try FilmRecorder(data: data, latentSize: latentSize, epochs: 3, threads: 2)
        try recorder.write(to: scratch.file("film.png"))
        #expect(!FileManager.default.fileExists(atPath: scratch.file("film.png")))
        for epoch in 1...3 {
            let model = try VariationalAutoencoder(
                ModelConfiguration(latentSize: latentSize), seed: UInt64(epoch))
            try recorder.add(report(epoch), model)
            try recorder.write(to: scratch.file("film.png"))
            #expect(try frames(scratch.file("film.png")) == [Int](repeating: 600, count: epoch - 1) + [3000])
        }
    }

    /// A film that is interrupted after each of its epochs is the film that never was. With three dimensions its plane is turned to
    /// where the epoch before it was.
    @Test(arguments: [1, 2, 3])
    func framesComeBack(latentSize: Int) throws {
        let scratch = try Scratch()
        let data = try SyntheticDigits.dataset(trainCount: 10, testCount: 40)
        func recorder() throws -> FilmRecorder {
            try FilmRecorder(data: data, latentSize: latentSize, epochs: 12, threads: 2)
        }
        var whole = try recorder()
        for epoch in 1...12 {
            let model = try VariationalAutoencoder(
                ModelConfiguration(latentSize: latentSize), seed: UInt64(epoch))
            try whole.add(report(epoch), model)
            var again = try recorder()
            if epoch > 1 { #expect(try again.goOn(from: scratch.file("f"), after: epoch - 1)) }
            try again.add(report(epoch), model)
            try again.save(to: scratch.file("f"))
            if epoch == 12 {
                try again.write(to: scratch.file("again.png"))
                // A checkpoint may be older than the frames.
                #expect(try again.goOn(from: scratch.file("f"), after: 5))
                for epoch in 6...12 {
                    try again.add(
                        report(epoch),
                        VariationalAutoencoder(
                            ModelConfiguration(latentSize: latentSize), seed: UInt64(epoch)))
                }
                try again.write(to: scratch.file("third.png"))
            }
        }
        try whole.write(to: scratch.file("whole.png"))
        let expected = try DurableFile.read(scratch.file("whole.png"))
        #expect(try DurableFile.read(scratch.file("again.png")) == expected)
        #expect(try DurableFile.read(scratch.file("third.png")) == expected)
        // One that lacks an epoch says so.
        var other = try recorder()
        #expect(try !other.goOn(from: scratch.file("f"), after: 13))
    }

    /// A conditional model has rows of classes in place of a plane, each the line of the plane's first axis, and more than one where there
    /// are few.
    @Test(arguments: [([Int](0..<10), 1), ([3, 7], 7), ([Int](0..<40), 1)])
    func conditionalModelsShowTheirClasses(classes: [Int], rowsEach: Int) throws {
        let scratch = try Scratch()
        let digits = try SyntheticDigits.dataset(trainCount: 10, testCount: 40)
        let test = try #require(digits.test)
        let data = try Dataset(
            name: digits.name, train: digits.train,
            test: test.labelled((0..<40).map { classes[$0 % classes.count] }), source: digits.source)
        var configuration = ModelConfiguration(latentSize: 2)
        configuration.classes = classes
        let model = try VariationalAutoencoder(configuration, seed: 1)
        func recorder() throws -> FilmRecorder {
            try FilmRecorder(data: data, latentSize: 2, told: classes, epochs: 1, threads: 2)
        }
        var film = try recorder()
        try film.add(report(1), model)
        try film.save(to: scratch.file("f"))
        try film.write(to: scratch.file("film.png"))
        #expect(try frames(scratch.file("film.png")) == [3000])
        let shown = min(classes.count, 15)
        let tiles = try FilmFrames.read(
            scratch.file("f"), points: 40, tiles: 15 * shown * rowsEach, side: 28, channels: 1)[0].tiles
        // The last row's middle: z₁ at its quantile among the row's, and the last class that has a row.
        let place = (shown * rowsEach - 1) * 15 + 7
        let share = (Double(15 * (rowsEach - 1) + 7) + 0.5) / Double(15 * rowsEach)
        let expected = try model.decode(
            [Float(normalQuantile(share)), 0], classes: [classes[(shown - 1) * classes.count / shown]])
        let pixels = try tiles.slice(place..<place + 1).pixels
        #expect(zip(pixels, expected).allSatisfy { abs(Float($0) - 255 * $1) <= 1 })
        var again = try recorder()
        #expect(try again.goOn(from: scratch.file("f"), after: 1))
        // Frames of another number of classes are another run's.
        var other = try FilmRecorder(data: data, latentSize: 2, epochs: 1, threads: 2)
        #expect(shown * rowsEach == 15 || (try? other.goOn(from: scratch.file("f"), after: 1)) == nil)
    }

    @Test func framesOfAnotherRunAreRefused() throws {
        let scratch = try Scratch()
        let tiles = try ImageSet(
            shape: ImageShape(height: 2, width: 2), pixels: [UInt8](repeating: 7, count: 4 * 9))
        let frame = FilmFrame(epoch: 1, loss: .nan, points: [[1, 2], [3, 4]], tiles: tiles)
        let second = FilmFrame(epoch: 10, loss: 2, points: [[1, 2], [3, 5]], tiles: tiles)
        try FilmFrames.write([frame, second], to: scratch.file("f"))
        func read(
            _ name: String = "f", points: Int = 2, tiles: Int = 9, side: Int = 2, channels: Int = 1
        ) throws(VAEError) -> [FilmFrame] {
            try FilmFrames.read(
                scratch.file(name), points: points, tiles: tiles, side: side, channels: channels)
        }
        let frames = try read()
        #expect(frames.map(\.epoch) == [1, 10] && frames[1] == second && frames[0].loss.isNaN)
        #expect(failure { () throws(VAEError) in try read("none") }?.kind == .missingInput)
        for error in [
            failure { () throws(VAEError) in try read(points: 3) },
            failure { () throws(VAEError) in try read(tiles: 8) },
            failure { () throws(VAEError) in try read(side: 1) },
            failure { () throws(VAEError) in try read(channels: 3) },
        ] {
            #expect(error?.kind == .invalidData && error?.subject == scratch.file("f"))
        }
        let file = try SafeTensors(contentsOf: scratch.file("f"))
        for index in file.tensors.indices {
            var tensors = file.tensors
            tensors.remove(at: index)
            try SafeTensors(tensors, metadata: file.metadata).write(to: scratch.file("g"))
            #expect(failure { () throws(VAEError) in try read("g") }?.kind == .invalidData)
        }
        typealias Tensor = SafeTensors.Tensor
        for other in [
            try Tensor(name: "1.loss", shape: [2], doubles: [1, 2]),
            try Tensor(
                name: "1.tiles", dataType: .uint8, shape: [9, 2, 2], bytes: [UInt8](repeating: 7, count: 36)),
            try Tensor(name: "1.tiles", shape: [9, 2, 2, 1], floats: [Float](repeating: 7, count: 36)),
            try Tensor(
                name: "1.tiles", dataType: .uint8, shape: [9, 4, 1, 1],
                bytes: [UInt8](repeating: 7, count: 36)),
            try Tensor(
                name: "1.tiles", dataType: .uint8, shape: [9, 1, 4, 1],
                bytes: [UInt8](repeating: 7, count: 36)),
        ] {
            let tensors = file.tensors.filter { $0.name.hasPrefix("1.") && $0.name != other.name } + [other]
            try SafeTensors(tensors, metadata: file.metadata).write(to: scratch.file("g"))
            #expect(failure { () throws(VAEError) in try read("g") }?.kind == .invalidData, "\(other.name)")
        }
        try SafeTensors(file.tensors).write(to: scratch.file("g"))
        #expect(failure { () throws(VAEError) in try read("g") }?.kind == .invalidData)
        let infinite = FilmFrame(epoch: 1, loss: 1, points: [[1, 2], [.infinity, 4]], tiles: tiles)
        try FilmFrames.write([infinite], to: scratch.file("g"))
        #expect(failure { () throws(VAEError) in try read("g") }?.kind == .invalidData)
        let wide = try ImageSet(
            shape: ImageShape(height: 2, width: 1), pixels: [UInt8](repeating: 7, count: 18))
        try FilmFrames.write(
            [frame, FilmFrame(epoch: 2, loss: 1, points: [[1, 2], [3, 4]], tiles: wide)],
            to: scratch.file("g"))
        #expect(failure { () throws(VAEError) in try read("g") }?.kind == .invalidData)
    }

    @Test func longTrainingsKeepFortyEpochsOrSo() throws {
        let scratch = try Scratch()
        let images = try ImageSet(
            shape: ImageShape(height: 3, width: 3), pixels: (0..<90).map { UInt8($0) })
        let data = try Dataset(name: "x", train: images, test: images, source: "s")
        let configuration = ModelConfiguration(
            imageShape: images.shape, encoderFilters: [2], decoderFilters: [2], hiddenUnits: 3)
        let model = try VariationalAutoencoder(configuration)
        var recorder = try FilmRecorder(data: data, latentSize: 2, epochs: 101, threads: 1)
        for epoch in 1...101 { try recorder.add(report(epoch), model) }
        try recorder.write(to: scratch.file("film.png"))
        let durations = try frames(scratch.file("film.png"))
        // The first, every third and the last.
        #expect(durations.count == 35 && durations.last == 3000)
        #expect(Set(durations.dropLast()) == [229])
    }

    @Test func filmsAreWrittenSeldomButInTime() throws {
        let images = try ImageSet(
            shape: ImageShape(height: 3, width: 3), pixels: [UInt8](repeating: 0, count: 9))
        let data = try Dataset(name: "x", train: images, test: images, source: "s")
        let recorder = try FilmRecorder(data: data, latentSize: 2, epochs: 15, threads: 1)
        #expect((1...15).filter(recorder.isDue(after:)) == [1, 2, 4, 8, 15])
    }
}
