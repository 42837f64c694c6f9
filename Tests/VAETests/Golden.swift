import Foundation
import Testing
import VAE
import VAECore

/// A golden file and the model it is about; `Golden/README.md` describes both.
struct Golden: Sendable, CustomTestStringConvertible {
    let name: String
    let image: ImageShape
    let filters: [Int]
    /// Units of the encoder's dense layers, and of the decoder's.
    let units: [Int]
    var decoderUnits: [Int] = []
    var hiddenActivation = HiddenActivation.rectified
    var likelihood = Likelihood.bernoulli
    let latent: Int
    let batch: Int
    /// Labels from 0 that the model is told.
    var classes = 0
    /// The JSON in the file that says the same.
    let configuration: String

    static let odd = Golden(
        name: "odd", image: ImageShape(height: 9, width: 11, channels: 2), filters: [3, 5], units: [4],
        latent: 3,
        batch: 5,
        configuration: #"{"image": [9, 11, 2], "filters": [3, 5], "hidden": 4, "latent": 3, "batch": 5}"#)
    static let seed = Golden(
        name: "seed", image: ImageShape(height: 28, width: 28), filters: [32, 64], units: [16], latent: 2,
        batch: 4,
        configuration: #"{"image": [28, 28, 1], "filters": [32, 64], "hidden": 16, "latent": 2, "batch": 4}"#)

    static let tanh = Golden(
        name: "tanh", image: ImageShape(height: 6, width: 7), filters: [], units: [9, 5],
        decoderUnits: [4, 8],
        hiddenActivation: .tanh, latent: 3, batch: 5,
        configuration: #"{"image": [6, 7, 1], "filters": [], "hidden": [9, 5], "decoder_hidden": [4, 8], "#
            + #""activation": "tanh", "likelihood": "bernoulli", "latent": 3, "batch": 5}"#)
    static let linear = Golden(
        name: "linear", image: ImageShape(height: 5, width: 6), filters: [], units: [], likelihood: .gaussian,
        latent: 3, batch: 5,
        configuration: #"{"image": [5, 6, 1], "filters": [], "hidden": [], "decoder_hidden": [], "#
            + #""activation": "relu", "likelihood": "gaussian", "latent": 3, "batch": 5}"#)
    static let channel = Golden(
        name: "channel", image: ImageShape(height: 4, width: 5, channels: 3), filters: [], units: [6],
        decoderUnits: [5], hiddenActivation: .tanh, likelihood: .gaussianChannel, latent: 2, batch: 5,
        configuration: #"{"image": [4, 5, 3], "filters": [], "hidden": [6], "decoder_hidden": [5], "#
            + #""activation": "tanh", "likelihood": "gaussian-channel", "latent": 2, "batch": 5}"#)
    static let value = Golden(
        name: "value", image: ImageShape(height: 3, width: 5, channels: 2), filters: [], units: [],
        likelihood: .gaussianValue, latent: 3, batch: 4,
        configuration: #"{"image": [3, 5, 2], "filters": [], "hidden": [], "decoder_hidden": [], "#
            + #""activation": "relu", "likelihood": "gaussian-value", "latent": 3, "batch": 4}"#)

    static let continuous = Golden(
        name: "continuous", image: ImageShape(height: 4, width: 5, channels: 2), filters: [], units: [6],
        decoderUnits: [5], hiddenActivation: .tanh, likelihood: .continuousBernoulli, latent: 2, batch: 5,
        configuration: #"{"image": [4, 5, 2], "filters": [], "hidden": [6], "decoder_hidden": [5], "#
            + #""activation": "tanh", "likelihood": "continuous-bernoulli", "latent": 2, "batch": 5}"#)

    static let laplace = Golden(
        name: "laplace", image: ImageShape(height: 5, width: 4, channels: 2), filters: [], units: [],
        decoderUnits: [6], hiddenActivation: .tanh, likelihood: .laplace, latent: 3, batch: 5,
        configuration: #"{"image": [5, 4, 2], "filters": [], "hidden": [], "decoder_hidden": [6], "#
            + #""activation": "tanh", "likelihood": "laplace", "latent": 3, "batch": 5}"#)

    static let student = Golden(
        name: "student", image: ImageShape(height: 3, width: 4), filters: [], units: [5], decoderUnits: [4],
        hiddenActivation: .tanh, likelihood: .studentT, latent: 2, batch: 6,
        configuration: #"{"image": [3, 4, 1], "filters": [], "hidden": [5], "decoder_hidden": [4], "#
            + #""activation": "tanh", "likelihood": "student-t", "latent": 2, "batch": 6}"#)

    static let mixture = Golden(
        name: "mixture", image: ImageShape(height: 3, width: 3, channels: 2), filters: [], units: [5],
        decoderUnits: [4], hiddenActivation: .tanh, likelihood: .logisticMixture, latent: 2, batch: 5,
        configuration: #"{"image": [3, 3, 2], "filters": [], "hidden": [5], "decoder_hidden": [4], "#
            + #""activation": "tanh", "likelihood": "logistic-mixture", "latent": 2, "batch": 5}"#)

    static let classes = Golden(
        name: "classes", image: ImageShape(height: 7, width: 5), filters: [3], units: [4], latent: 2,
        batch: 5, classes: 3,
        configuration:
            #"{"image": [7, 5, 1], "filters": [3], "hidden": 4, "latent": 2, "batch": 5, "classes": 3}"#)

    var testDescription: String { name }

    /// The labels of the images of a model that is told some; nil of others.
    func labels(_ file: SafeTensors) throws -> [Int]? {
        classes == 0 ? nil : try #require(file["input.labels"]).bytes.map(Int.init)
    }

    /// A row for each image, 1 at its class and 0 elsewhere; empty where there are none.
    func classRows(_ file: SafeTensors) throws -> [Double] {
        try (labels(file) ?? []).flatMap { label in (0..<classes).map { $0 == label ? 1 : 0 } }
    }

    /// Numbers of the decoder's output for each value.
    var outputs: Int { likelihood == .logisticMixture ? 15 : 1 }

    /// What the file calls the decoder's output.
    var outputName: String {
        switch likelihood {
        case .bernoulli, .continuousBernoulli: "logits"
        case .gaussian, .gaussianChannel, .gaussianValue, .laplace, .studentT: "output_mean"
        case .logisticMixture: "output"
        }
    }

    /// Whether the file has every value of every step.
    var isWhole: Bool { name != "seed" }

    func load() throws -> SafeTensors {
        let path = try #require(Bundle.module.path(forResource: "Golden/\(name)", ofType: "safetensors"))
        return try SafeTensors(contentsOf: path)
    }

    /// Height and width before each convolution, and after the last.
    var sizes: [(height: Int, width: Int)] {
        filters.reduce(into: [(image.height, image.width)]) { sizes, _ in
            let (height, width) = sizes[sizes.count - 1]
            sizes.append(((height + 1) / 2, (width + 1) / 2))
        }
    }

    /// Names and shapes of the likelihood's own parameters.
    private var own: [(name: String, shape: [Int])] {
        switch likelihood {
        case .bernoulli, .continuousBernoulli, .logisticMixture: []
        case .gaussian: [("decoder.log_variance", [1])]
        case .laplace: [("decoder.log_scale", [1])]
        case .studentT:
            [
                ("decoder.log_squared_scale", [image.height, image.width, image.channels]),
                ("decoder.log_freedom", [1]),
            ]
        case .gaussianChannel: [("decoder.log_variance", [image.channels])]
        case .gaussianValue: [("decoder.log_variance", [image.height, image.width, image.channels])]
        }
    }

    /// Names and shapes of the parameters, from the input to the output, each kernel before its bias.
    var parameters: [(name: String, shape: [Int])] {
        var layers: [(String, [Int], Int)] = []
        var channels = image.channels
        for (level, count) in filters.enumerated() {
            layers.append(("encoder.convolution.\(level)", [3, 3, channels, count], count))
            channels = count
        }
        let flat = sizes[filters.count].height * sizes[filters.count].width * channels
        func hidden(_ name: String, from inputs: Int, _ units: [Int]) {
            for (index, sizes) in zip([inputs] + units, units).enumerated() {
                let name = units.count == 1 ? name : "\(name).\(index)"
                layers.append((name, [sizes.0, sizes.1], sizes.1))
            }
        }
        hidden("encoder.dense", from: flat + classes, units)
        let top = units.last ?? flat + classes
        layers.append(("encoder.mean", [top, latent], latent))
        layers.append(("encoder.log_variance", [top, latent], latent))
        hidden("decoder.dense", from: latent + classes, decoderUnits + (filters.isEmpty ? [] : [flat]))
        for (level, count) in filters.reversed().enumerated() {
            layers.append(("decoder.transposed_convolution.\(level)", [3, 3, count, channels], count))
            channels = count
        }
        if filters.isEmpty {
            layers.append(
                ("decoder.output", [decoderUnits.last ?? latent + classes, flat * outputs], flat * outputs))
        } else {
            layers.append(("decoder.output", [3, 3, image.channels, channels], image.channels))
        }
        return layers.flatMap { name, kernel, bias in [("\(name).kernel", kernel), ("\(name).bias", [bias])] }
            + own
    }

    /// The values that the parameter `name` starts with, row-major: SplitMix64 from the FNV-1a hash of the
    /// name, scaled to ±the Glorot limit (kernels) or ±0.1 (biases).
    static func initialValues(_ name: String, shape: [Int]) -> [Float] {
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        var random = SplitMix(state: hash)
        var limit = 0.1
        if shape.count > 1 {
            let receptiveField = shape.dropLast(2).reduce(1, *)
            limit = (6 / Double(receptiveField * shape.suffix(2).reduce(0, +))).squareRoot()
        }
        return (0..<shape.reduce(1, *)).map { _ in
            (Float(random.next() >> 40) / 8_388_608 - 1) * Float(limit)
        }
    }
}

/// The largest error in a tensor, relative to the largest magnitude expected in it.
func relativeError<Value: BinaryFloatingPoint>(_ found: [Value], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let largest = expected.reduce(0) { max($0, abs($1)) }
    var error = 0.0
    for (found, expected) in zip(found, expected) {
        let difference = abs(Double(found) - expected)
        // `max` would pass over a NaN.
        guard difference.isFinite else { return .infinity }
        error = max(error, difference)
    }
    return error == 0 ? 0 : error / largest
}
