import VAE
import VAECore
import Kernels
print(OpenBLAS.configuration, OpenBLAS.core)
let threads = Int(CommandLine.arguments.dropFirst().first ?? "2")!
var rng = SystemRandomNumberGenerator()
let n = 12800
let px = (0..<n * 784).map { i in UInt8(truncatingIfNeeded: (i &* 2654435761) >> 13) }
let images = try ImageSet(shape: ImageShape(height: 28, width: 28), pixels: px)
let t = try Trainer(ModelConfiguration(), TrainingConfiguration(epochs: 4), threads: threads)
try t.fit(images, onEpoch: { print($0.epoch, $0.imagesPerSecond, $0.train.total) })
print(Machine.peakMemory >> 20, "MiB")
