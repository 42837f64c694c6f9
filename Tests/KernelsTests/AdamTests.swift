import Kernels
import ReferenceKernels
import Testing

@Suite("Adam")
struct AdamTests {
    let adam = Adam(learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7)

    /// What one run of parameters needs.
    struct State {
        let parameters: Guarded
        let first: Guarded
        let second: Guarded

        init(_ values: [Float]) throws {
            parameters = try Guarded(values)
            first = try Guarded([Float](repeating: 0, count: values.count))
            second = try Guarded([Float](repeating: 0, count: values.count))
        }

        func update(_ adam: Adam, _ gradients: [Float], parts: Int, step: Int, ranges: [Range<Int>]) throws {
            let gradients = try Guarded(gradients)
            for range in ranges {
                adam.update(
                    parameters.region, gradients: gradients.region, parts: parts, firstMoment: first.region,
                    secondMoment: second.region, range: range, step: step)
            }
            #expect(areIntact([parameters, first, second, gradients]))
        }

        var all: [[Float]] { [parameters.values, first.values, second.values] }
    }

    /// Gradients whose size lies between ½ and 1½, so that no division amplifies rounding: each step then moves a
    /// parameter by at most 3 learning rates (|m̂| ≤ 1½, √v̂ ≥ ½) with at most 12 roundings, errors of the moments
    /// included, and rounds the parameter once.
    @Test(arguments: [1, 2, 5], [1, 7, 2048, 5000])
    func agreesWithTheDefinition(parts: Int, count: Int) throws {
        var random = SplitMix(state: UInt64(parts * 10_000 + count))
        let initial = random.values(count)
        let state = try State(initial)
        var (expected, first) = (initial.doubles, [Double](repeating: 0, count: count))
        var second = first
        for step in 1...6 {
            var gradients: [Float] = []
            for part in 0..<parts {
                // The parts of one gradient pull the same way.
                gradients += random.values(count).enumerated().map { index, value in
                    ((index + step + part / 8) % 3 == 0 ? -1 : 1) * (1 + value / 2) / Float(parts)
                }
            }
            try state.update(adam, gradients, parts: parts, step: step, ranges: [0..<count])
            var sum = [Double](repeating: 0, count: count)
            for part in 0..<parts {
                for index in 0..<count { sum[index] += Double(gradients[part * count + index]) }
            }
            Reference.adam(
                &expected, gradient: sum, firstMoment: &first, secondMoment: &second, step: step,
                learningRate: Double(adam.learningRate), beta1: Double(adam.beta1), beta2: Double(adam.beta2),
                epsilon: Double(adam.epsilon))
            let limits = expected.map { Double(step) * unitRoundoff * (36 * 0.01 + abs($0) + 0.05) }
            #expect(excess(state.parameters.values, expected, bounds: limits) <= 1, "step \(step)")
        }
    }

    /// The first step is ±the learning rate, whatever the gradient's size: 3 roundings, and one of the parameter.
    @Test func theFirstStepHasTheSizeOfTheLearningRate() throws {
        let gradient: [Float] = [1e-3, -1, 500, -1e9, 0]
        let state = try State([0, 0, 0, 0, 0.5])
        try state.update(adam, gradient, parts: 1, step: 1, ranges: [0..<5])
        // ε = 1e-7 shortens the step of the smallest by 1e-4.
        let expected: [Double] = [-0.01 / (1 + 1e-4), 0.01 / (1 + 1e-7), -0.01, 0.01, 0.5]
        #expect(excess(state.parameters.values, expected, bounds: expected.map { _ in 0.01 * 1e-6 }) <= 1)
        // A gradient of 0 moves nothing and divides nothing by 0.
        #expect(state.parameters.values[4] == 0.5)
    }

    /// Parts are added in pairs, in single precision: as if the sum had been given.
    @Test func partsAreSummedAsATree() throws {
        var random = SplitMix(state: 2)
        let (count, parts) = (3001, 5)
        let initial = random.values(count)
        let (one, many) = (try State(initial), try State(initial))
        let gradients = random.values(count * parts)
        let sum = (0..<count).map { index in
            let g = (0..<parts).map { gradients[$0 * count + index] }
            return ((g[0] + g[1]) + (g[2] + g[3])) + g[4]
        }
        try one.update(adam, sum, parts: 1, step: 1, ranges: [0..<count])
        try many.update(adam, gradients, parts: parts, step: 1, ranges: [0..<count])
        #expect(one.all == many.all)
    }

    /// However the parameters are cut into ranges, and in whatever order these come, every bit is the same.
    @Test func rangesDoNotMatter() throws {
        var random = SplitMix(state: 3)
        let count = 5000
        let (initial, gradients) = (random.values(count), random.values(2 * count))
        let whole = try State(initial)
        try whole.update(adam, gradients, parts: 2, step: 3, ranges: [0..<count])
        for step in [7, 255, 256, 257, 2048, 4096] {
            let cut = try State(initial)
            let ranges = stride(from: 0, to: count, by: step).map { $0..<min($0 + step, count) }
            try cut.update(adam, gradients, parts: 2, step: 3, ranges: ranges.reversed())
            #expect(cut.all == whole.all, "ranges of \(step)")
        }
        // What is outside a range stays.
        let part = try State(initial)
        try part.update(adam, gradients, parts: 2, step: 3, ranges: [100..<200])
        for index in 0..<count {
            #expect((part.parameters.values[index] == initial[index]) == !(100..<200).contains(index))
        }
    }

    /// Both decays may be 0: then it is sign descent.
    @Test func withoutMemory() throws {
        let adam = Adam(learningRate: 0.5, beta1: 0, beta2: 0, epsilon: 1e-7)
        let state = try State([1, 1])
        for step in 1...2 { try state.update(adam, [3, -2], parts: 1, step: step, ranges: [0..<2]) }
        // ε takes 3e-8 off each step; the rest is rounding.
        #expect(excess(state.parameters.values, [0, 2], bounds: [3e-7, 3e-7]) <= 1)
    }
}
