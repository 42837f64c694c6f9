// Shows what a model makes of points of its latent space, as an app would while its user moves a finger.
//
//     swift run DecoderInAnApp model.safetensors
import Foundation
import VAE
import VAEFigures

/// What the app keeps: the model, read once. It is a value, so that any task may use it.
struct Decoder: Sendable {
    private let model: VariationalAutoencoder

    init(contentsOf path: String) throws(VAEError) {
        model = try VariationalAutoencoder(contentsOf: path)
    }

    /// The images at some points, off the caller's thread. One thread is enough for a few.
    @concurrent
    func images(at points: [SIMD2<Float>]) async throws -> FloatImages {
        let latents = points.flatMap { point in
            [point.x, point.y] + [Float](repeating: 0, count: max(model.configuration.latentSize - 2, 0))
        }
        let values = try model.decode(latents, threads: 1)
        return try FloatImages(shape: model.configuration.imageShape, values: values)
    }
}

/// An image as lines of text, two letters a pixel.
func text(_ images: FloatImages, _ index: Int) -> String {
    let shades = Array(" .:-=+*#%@")
    let (shape, start) = (images.shape, index * images.shape.count)
    return (0..<shape.height).map { row in
        (0..<shape.width).map { column in
            let value = images.values[start + (row * shape.width + column) * shape.channels]
            let shade = shades[Int(min(max(value, 0), 1) * Float(shades.count - 1) + 0.5)]
            return "\(shade)\(shade)"
        }.joined()
    }.joined(separator: "\n")
}

guard CommandLine.arguments.count == 2 else {
    print("usage: DecoderInAnApp model.safetensors")
    exit(64)
}
do {
    let decoder = try Decoder(contentsOf: CommandLine.arguments[1])
    // Once around the middle of the latent space.
    let circle = (0..<12).map { step in
        let angle = Float(step) / 12 * 2 * .pi
        return SIMD2(cos(angle), sin(angle))
    }
    let images = try await decoder.images(at: circle)
    print(text(images, 0))
    let size = images.shape.count
    let (first, opposite) = (images.values[..<size], images.values[6 * size..<7 * size])
    let difference =
        zip(first, opposite).reduce(0) { $0 + abs($1.0 - $1.1) }
        / (first.reduce(0, +) + opposite.reduce(0, +))
    print(
        String(
            format: "darkest %.0f%%, brightest %.0f%%", 100 * (first.min() ?? 0), 100 * (first.max() ?? 0)))
    print(String(format: "opposite images differ by %.0f%%", 100 * difference))
    try SampleGrid(images: images, columns: 6, title: "Around the middle").write(to: "circle.png")
    print("wrote circle.png")
} catch let error as VAEError {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(error.kind == .missingInput ? 66 : 1)
}
