import ArgumentParser
import VAE

extension Products: ExpressibleByArgument {}

extension BenchCommand {
    /// What was asked for by either name; nil for nothing.
    var chosenProducts: Products? { products ?? convolutions?.products }
}

/// What `--convolutions` took, which went by another name when only convolutions could be chosen.
enum FormerProducts: String, ExpressibleByArgument, CaseIterable {
    case direct, lowered

    var products: Products { self == .direct ? .tiles : .blas }
}
