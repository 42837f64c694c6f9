import ArgumentParser
import VAE

extension Products: ExpressibleByArgument {}

extension BenchCommand {
    /// The engine asked for by either option; nil for neither.
    var chosenProducts: Products? { products ?? convolutions?.products }
}

/// A value of `--convolutions`, as `--products` was called when only convolutions could be chosen.
enum FormerProducts: String, ExpressibleByArgument, CaseIterable {
    case direct, lowered

    var products: Products { self == .direct ? .tiles : .blas }
}
