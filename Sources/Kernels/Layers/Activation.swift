/// The function applied to a layer's sums.
package enum Activation: String, Sendable, Encodable {
    /// Nothing: the layer gives logits or a mean.
    case identity = "none"
    /// max(0, x), the rectified linear unit.
    case rectified = "relu"
    /// x, or 0.01·x where x is negative.
    ///
    /// Source: Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models", 2013.
    case leakyRectified = "leaky-relu"
    /// The hyperbolic tangent.
    case tanh
    /// x·σ(x) with the logistic function σ, the sigmoid linear unit, also called swish.
    ///
    /// Source: Elfwing, Uchibe and Doya, "Sigmoid-Weighted Linear Units for Neural Network Function Approximation", 2017.
    case silu

    /// The slope of `leakyRectified` below 0.
    package static let leakySlope: Float = 0.01

    /// Whether its derivative can be told from its value, so that a layer can apply it in place and keep its output only.
    package var isInvertible: Bool { self != .silu }

    /// Its name behind that of its layer.
    var suffix: String { self == .identity ? "" : ", \(rawValue)" }
}

extension Activation {
    /// `values` is (rows, channels): adds `bias`, (channels), to each row and applies the activation, in place.
    package func addBiasAndApply(_ values: FloatRegion, rows: Int, bias: FloatRegion) {
        let (channels, bias) = (bias.count, UnsafePointer(bias.base))
        precondition(values.count >= rows * channels, "\(rows) rows of \(channels) channels")
        let first = values.base
        switch self {
        case .rectified:
            for row in 0..<rows {
                let values = first + row * channels
                for channel in 0..<channels { values[channel] = rectify(values[channel] + bias[channel]) }
            }
        case .tanh:
            for row in 0..<rows { applyTanh(first + row * channels, channels, adding: bias) }
        case .identity, .leakyRectified, .silu:
            for row in 0..<rows {
                let values = first + row * channels
                for channel in 0..<channels { values[channel] += bias[channel] }
            }
            apply(values.prefix(rows * channels))
        }
    }

    /// Applies the activation to values that have their bias already.
    package func apply(_ values: FloatRegion) {
        let first = values.base
        switch self {
        case .identity: break
        case .rectified: for index in 0..<values.count { first[index] = rectify(first[index]) }
        case .leakyRectified:
            for index in 0..<values.count {
                let x = first[index]
                first[index] = x < 0 ? Self.leakySlope * x : x
            }
        case .tanh: applyTanh(first, values.count, adding: nil)
        case .silu: mapEights(values, into: values) { $0 * sigmoid($0) }
        }
    }

    /// Applies what tiles have left to do: they rectify in their registers.
    func applyAfterTiles(_ values: FloatRegion) {
        if self != .rectified { apply(values) }
    }
}

/// max(0, x), NaN kept so that a broken run shows.
@inline(__always)
func rectify(_ x: Float) -> Float { x < 0 ? 0 : x }

/// tanh of `count` values in place, each with its `bias` added before.
private func applyTanh(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, adding bias: UnsafePointer<Float>?
) {
    typealias Vector = SIMD8<Float>
    var index = 0
    while index + 8 <= count {
        let position = UnsafeMutableRawPointer(values + index)
        var sum = position.loadUnaligned(as: Vector.self)
        if let bias { sum += UnsafeRawPointer(bias + index).loadUnaligned(as: Vector.self) }
        position.storeBytes(of: hyperbolicTangent(sum), as: Vector.self)
        index += 8
    }
    while index < count {
        values[index] = hyperbolicTangent(Vector(repeating: values[index] + (bias?[index] ?? 0)))[0]
        index += 1
    }
}

/// target = function(values), eight at a time; both may be the same region.
@inline(__always)
func mapEights(
    _ values: FloatRegion, into target: FloatRegion, _ function: (SIMD8<Float>) -> SIMD8<Float>
) {
    typealias Vector = SIMD8<Float>
    precondition(values.count == target.count, "\(values.count) values into \(target.count)")
    let (from, to) = (UnsafeRawPointer(values.base), UnsafeMutableRawPointer(target.base))
    let whole = values.count & ~7
    for index in stride(from: 0, to: whole, by: 8) {
        let x = from.loadUnaligned(fromByteOffset: 4 * index, as: Vector.self)
        to.storeBytes(of: function(x), toByteOffset: 4 * index, as: Vector.self)
    }
    for index in whole..<values.count {
        target.base[index] = function(Vector(repeating: values.base[index]))[0]
    }
}
