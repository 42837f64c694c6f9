// Trains on arrays of your own and leaves two things for the other examples: a model, and the images it was trained on.
//
//     swift run TrainOnYourArrays
import Foundation
import VAE
import VAEData

/// Yours would come from a file or a sensor: soft spots on a dark ground, in places that fill the square evenly.
func spot(_ number: Int, side: Int) -> (x: Double, y: Double, pixels: [Float]) {
    let x = (Double(number) * 0.754_877_666_246_7).truncatingRemainder(dividingBy: 1)
    let y = (Double(number) * 0.569_840_290_998_1).truncatingRemainder(dividingBy: 1)
    let margin = 3.0
    let room = Double(side) - 2 * margin
    let pixels = (0..<side * side).map { pixel in
        let dx = Double(pixel % side) - (margin + room * x)
        let dy = Double(pixel / side) - (margin + room * y)
        return Float(exp(-(dx * dx + dy * dy) / 5))
    }
    return (x, y, pixels)
}

let side = 16
let spots = (1...6_000).map { spot($0, side: side) }

// One array for all images, one after the other, numbers from 0 to 1; labels are optional: here the quadrant.
let images = try ImageSet(
    shape: ImageShape(height: side, width: side), values: spots.flatMap(\.pixels),
    labels: spots.map { ($0.x < 0.5 ? 0 : 1) + ($0.y < 0.5 ? 0 : 2) })
let data = try Dataset(name: "spots", train: images, test: nil, source: "made on the spot").holdingOutTest()

// A spot has two numbers, its place. So has the latent space. Steps enough for the decoder to find a use for them: a thousand.
let trainer = try Trainer(
    ModelConfiguration(imageShape: images.shape, latentSize: 2),
    TrainingConfiguration(epochs: 6, batchSize: 32))
let model = try trainer.fit(
    data.train, test: data.test,
    onEpoch: { epoch in
        print(
            "epoch \(epoch.epoch): train \(epoch.train.total), test \(epoch.test?.total ?? .nan) nats an image"
        )
    })

// What carries nothing of an image costs nothing: a latent dimension at 0 nats has collapsed.
let encoding = try model.encode(data.test ?? data.train)
for dimension in 0..<2 {
    let nats = (0..<encoding.count).reduce(0.0) { sum, image in
        let (mean, logVariance) = (
            Double(encoding.mean[2 * image + dimension]), Double(encoding.logVariance[2 * image + dimension])
        )
        return sum + (mean * mean + exp(logVariance) - 1 - logVariance) / 2
    }
    print(String(format: "z%d carries %.2f nats", dimension + 1, nats / Double(encoding.count)))
}

try model.write(to: "spots.safetensors")
try data.export(to: "spots")
print("wrote spots.safetensors and the folder spots")
