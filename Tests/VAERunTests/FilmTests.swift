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
