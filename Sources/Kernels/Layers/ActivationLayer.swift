/// An activation as a layer of its own: after a normalisation or a sum, or where its derivative can't be told from its value.
package struct ActivationLayer: Layer {
    package static let kind = "activation"
    package var title: String { activation.rawValue }
    package let outputShape: [Int]
    package let activation: Activation

    package init(_ activation: Activation, shape: [Int]) {
        self.activation = activation
        outputShape = shape
    }

    package var backwardReads: BackwardReads {
        switch activation {
        case .identity: []
        case .silu: .inputs
        case .rectified, .leakyRectified, .tanh: .output
        }
    }

    package func forward(_ at: Binding, _ weights: Weights, count: Int) {
        let size = count * outputShape.reduce(1, *)
        let output = at.output.prefix(size)
        output.copy(from: at.inputs[0].prefix(size))
        activation.apply(output)
    }

    package func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        let size = pass.count * outputShape.reduce(1, *)
        guard let target = at.inputGradients[0] else { return }
        let known = activation.isInvertible ? at.output : at.inputs[0]
        activation.multiplyByDerivative(at.outputGradient.prefix(size), known: known.prefix(size))
        target.prefix(size).take(at.outputGradient.prefix(size), adding: at.addsToInputGradient[0])
    }
}

extension Activation {
    /// gradient · f′, in place.
    /// - Parameter known: the function's value, or its argument where it is not invertible
    func multiplyByDerivative(_ gradient: FloatRegion, known: FloatRegion) {
        precondition(gradient.count == known.count, "\(gradient.count) gradients of \(known.count) values")
        func multiply(_ derivative: (SIMD8<Float>) -> SIMD8<Float>) {
            combineEights(known, gradient, into: gradient) { derivative($0) * $1 }
        }
        switch self {
        case .identity: break
        case .rectified:
            combineEights(known, gradient, into: gradient) { .zero.replacing(with: $1, where: $0 .> 0) }
        case .leakyRectified:
            combineEights(known, gradient, into: gradient) {
                ($1 * Self.leakySlope).replacing(with: $1, where: $0 .> 0)
            }
        case .tanh: multiply { 1 - $0 * $0 }
        case .silu:
            multiply {
                let s = sigmoid($0)
                return s * (1 + $0 * (1 - s))
            }
        }
    }
}

extension FloatRegion {
    /// Overwrites the floats with `values`, or adds them.
    func take(_ values: FloatRegion, adding: Bool) {
        guard adding else { return copy(from: values) }
        combineEights(self, values, into: self) { $0 + $1 }
    }
}

/// target = function(a, b), eight at a time; the target may be either of them.
@inline(__always)
func combineEights(
    _ a: FloatRegion, _ b: FloatRegion, into target: FloatRegion,
    _ function: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>
) {
    typealias Vector = SIMD8<Float>
    precondition(a.count == b.count && a.count == target.count, "\(a.count) and \(b.count) values")
    let (left, right) = (UnsafeRawPointer(a.base), UnsafeRawPointer(b.base))
    let to = UnsafeMutableRawPointer(target.base)
    let whole = target.count & ~7
    for index in stride(from: 0, to: whole, by: 8) {
        let value = function(
            left.loadUnaligned(fromByteOffset: 4 * index, as: Vector.self),
            right.loadUnaligned(fromByteOffset: 4 * index, as: Vector.self))
        to.storeBytes(of: value, toByteOffset: 4 * index, as: Vector.self)
    }
    for index in whole..<target.count {
        target.base[index] = function(Vector(repeating: a.base[index]), Vector(repeating: b.base[index]))[0]
    }
}
