import Foundation
import Testing
import VAE
import VAECore

@testable import VAERun

/// Run folders as trainings leave them, without a training.
struct RunFolders {
    let scratch: Scratch

    /// A run whose epochs have these test losses.
    /// - Returns: its folder
    @discardableResult
    func make(
        _ name: String, losses: [Double], epochs: Int? = nil, seed: UInt64 = 0, data: String = "digits",
        _ change: (inout TrainingConfiguration) -> Void = { _ in }
    ) throws -> String {
        var training = TrainingConfiguration()
        training.epochs = epochs ?? max(1, losses.count)
        training.seed = seed
        change(&training)
        let folder = scratch.file(name)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let record = RunRecord(
            model: ModelConfiguration(), training: training, parameters: 134_165,
            data: RunRecord.Data(
                name: data, source: "s", sha256: data, trainImages: 10, testImages: 5, folder: nil,
                limit: nil),
            environment: RunRecord.Environment(
                version: "0", blas: "b", blasKernels: "k", products: "tiles", tiles: nil, processor: "p",
                threads: 1, started: "now", command: [name]))
        try JSONEncoder().encode(record).write(to: URL(fileURLWithPath: folder + "/config.json"))
        try Data((MetricsTable.header + "\n").utf8).write(to: URL(fileURLWithPath: folder + "/metrics.csv"))
        for (index, loss) in losses.enumerated() { try add(loss, epoch: index + 1, to: folder) }
        return folder
    }

    /// Adds an epoch to a run's table.
    func add(_ loss: Double, epoch: Int, to folder: String) throws {
        let report = EpochReport(
            epoch: epoch, train: Losses(reconstruction: loss - 8, kl: 5),
            test: Losses(reconstruction: loss - 6, kl: 6), seconds: 2, imagesPerSecond: 5000)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/metrics.csv"))
        try file.seekToEnd()
        try file.write(contentsOf: Data((MetricsTable.row(report) + "\n").utf8))
        try file.close()
    }

    /// A picture of a run: a PNG of one pixel, with bytes behind it that nobody reads.
    func picture(_ name: String, of folder: String, padding: Int = 0) throws {
        let png = try #require(
            Data(
                base64Encoded:
                    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
            ))
        try (png + Data(count: padding)).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
}
