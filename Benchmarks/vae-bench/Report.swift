import Foundation
import Kernels
import VAE
import VAECore

/// The document that `--json` writes. The keys, in snake case, are documented in Benchmarks/README.md and stay as they are; new ones
/// may join them. A measurement that was left out has no key.
struct Report: Codable {
    /// Goes up when a key changes its meaning.
    static let currentFormat = 3

    var format = Report.currentFormat
    var machine: MachineKeys
    var blas: BLASKeys
    var build: BuildKeys
    var model: ModelKeys
    var run: RunKeys
    var train: TrainKeys?
    var trainOneThread: TrainKeys?
    /// On as many threads as `train`, by im2col and `sgemm`.
    var trainBlas: TrainKeys?
    var naive: NaiveKeys?
    var sgemm: ProductKeys?
    var multiplyAdd: MultiplyAddKeys?
    var residual: ResidualKeys?
    var layers: [LayerKeys]?
    var layerStep: LayerStepKeys?
    var scaling: [ScalingKeys]?
    var schedule: [ScheduleKeys]?
    var scheduleSteps: [ScheduleStepKeys]?
    var barrier: BarrierKeys?
    var machines: [MachineSpeedKeys]?
    var inference: [InferenceKeys]?
    var checkpoint: CheckpointKeys?
    var memory: MemoryKeys

    struct MachineKeys: Codable {
        var processor = Machine.processorName
        var physicalCores = Machine.physicalCores
        var loadAtStart = Setting.loadAtStart
    }

    struct BLASKeys: Codable {
        var configuration = OpenBLAS.configuration
        var core = OpenBLAS.core
        var coreChosenBy = OpenBLAS.choice.chooser.rawValue
        var ownChoice = OpenBLAS.choice.ownChoice
        var isOlderThanProcessor = OpenBLAS.choice.isOlder
        var environment = Setting.blasEnvironment
    }

    struct BuildKeys: Codable {
        var swift = Setting.swiftVersion
        var configuration = Setting.build
        var tiles = Products.instructionSet
    }

    struct ModelKeys: Codable {
        var parameters: Int
        var flopPerImage: Int
        /// nil for the default one.
        var likelihood: String?
    }

    struct RunKeys: Codable {
        var threads: Int
        var batch: Int
        var images: Int
        var repeats: Int
        var quick: Bool
        var data: String
    }

    struct TrainKeys: Codable {
        var products: String
        var threads: Int
        var workers: Int
        var imagesPerSecond: Double
        var medianImagesPerSecond: Double
        var slowestImagesPerSecond: Double
        var secondsPerEpoch: Double
        var gflops: Double
        var fractionOfPeak: Double?
        var fractionOfMultiplyAddPeak: Double?
        var rounds: [Double]
    }

    struct NaiveKeys: Codable {
        var imagesPerSecond: Double
        var medianImagesPerSecond: Double
        var secondsPerEpoch: Double
        var gflops: Double
        var batches: Int
        var ratio: Double?
        var ratioOneThread: Double?
        var rounds: [Double]
    }

    struct ProductKeys: Codable {
        var threads: Int
        var size: Int
        var peakGflops: Double
        var medianGflops: Double
        var fractionOfMultiplyAddPeak: Double
        var rounds: [Double]
    }

    struct ResidualKeys: Codable {
        var images: Int
        var loss: Double
        var gradient: Double
        var worstTensor: String
        var worstTensorError: Double
        var limit: Double
        var isSmall: Bool
    }

    struct CheckpointKeys: Codable {
        var bytes: Int
        var writeSeconds: Double
        var medianWriteSeconds: Double
        var medianReadSeconds: Double
        var medianImagesPerSecond: Double
        var share: Double
    }

    struct MemoryKeys: Codable {
        var peakBytes = Machine.peakMemory
    }

    /// The report as JSON, with sorted keys and a newline at the end.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // JSON has no word for it, and a wrong kernel may well give one.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "infinity", negativeInfinity: "-infinity", nan: "nan")
        return try Array(encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// Reads what `json` writes.
    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "infinity", negativeInfinity: "-infinity", nan: "nan")
        return decoder
    }
}
