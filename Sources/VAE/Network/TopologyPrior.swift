import Kernels

/// The prior of a topology: its kernel, the parameters that it is trained by, and the place of the numbers that are made of them once a step.
struct TopologyPrior: Sendable {
    let kernel: any LatentPrior
    /// Logits, means and log-variances of a mixture's own.
    private(set) var own: [Range<Int>] = []
    /// (count, height, width, channels) of a VampPrior.
    private(set) var pseudoInputs: Range<Int>?
    /// All that is trained of it.
    private(set) var all: Range<Int> = 0..<0
    /// What the kernel reads, among the parameters so that its gradient is added as theirs are.
    private(set) var components: Range<Int> = 0..<0

    var mixture: MixturePrior? { kernel as? MixturePrior }

    init(_ configuration: ModelConfiguration, _ plan: inout Plan) {
        let start = plan.layout.count
        let (count, size) = (configuration.prior.components, configuration.latentSize)
        switch configuration.prior {
        case .standard: kernel = StandardNormal()
        case .mixture:
            kernel = MixturePrior(count: count, size: size)
            own = [
                plan.reserve(Parameter("logits", [count], .zeros), under: "prior"),
                plan.reserve(Parameter("mean", [count, size], .normal), under: "prior"),
                plan.reserve(Parameter("log_variance", [count, size], .zeros), under: "prior"),
            ]
        case .vamp:
            kernel = MixturePrior(count: count, size: size)
            let image = configuration.imageShape
            pseudoInputs = plan.reserve(
                Parameter("pseudo_inputs", [count, image.height, image.width, image.channels], .zeros),
                under: "prior")
        }
        all = start..<plan.layout.count
    }

    /// Comes behind all that is trained.
    mutating func reserveComponents(_ plan: inout Plan) {
        components = plan.reserve(derived: kernel.componentCount)
    }
}
