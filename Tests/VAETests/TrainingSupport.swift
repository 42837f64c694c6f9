import Kernels
import ReferenceKernels
import VAECore

@testable import VAE

/// Images to train on: on black a bright bar, whose place and strength differ, with some noise.
func bars(_ count: Int, _ shape: ImageShape, seed: UInt64 = 1) throws -> ImageSet {
    var random = SplitMix(state: seed)
    var pixels: [UInt8] = []
    for _ in 0..<count {
        let row = Int(random.next() % UInt64(shape.height))
        let brightness = 128 + random.next() % 128
        for y in 0..<shape.height {
            for _ in 0..<shape.width * shape.channels {
                pixels.append(UInt8(y == row ? brightness : random.next() % 32))
            }
        }
    }
    return try ImageSet(shape: shape, pixels: pixels)
}

/// A model so small that a test can afford hundreds of steps; its sizes do not halve evenly.
let smallModel = ModelConfiguration(
    imageShape: ImageShape(height: 5, width: 7), encoderFilters: [3, 4], decoderFilters: [5, 3],
    hiddenUnits: 6, latentSize: 2)

/// Fully connected, with tanh units, and a Gaussian likelihood.
let smallPerceptron = ModelConfiguration.fullyConnected(
    imageShape: smallModel.imageShape, hiddenUnits: [7, 5], hiddenActivation: .tanh, likelihood: .gaussian,
    latentSize: 3)

extension Trainer {
    /// Every bit of the model: the bytes that `save` writes.
    func trained(_ images: ImageSet, in folder: ScratchFolder) throws -> [UInt8] {
        try fit(images).write(to: folder("model"))
        return try DurableFile.read(folder("model"))
    }
}

/// Whether two arrays are equal. Where `#expect(a == b)` fails it looks for the shortest list of differences, for
/// minutes if the arrays are long.
func identical<Value: Equatable>(_ a: [Value], _ b: [Value]) -> Bool { a == b }

extension ModelConfiguration {
    /// The same model on direct loops.
    var reference: ReferenceModel { get throws { try ReferenceModel(self) } }
}
