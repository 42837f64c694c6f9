import ArgumentParser
import VAE
import VAEConsole
import VAECore

extension Products: ExpressibleByArgument {}

/// A value of `--convolutions`, as `--products` was called when only convolutions could be chosen.
enum FormerProducts: String, ExpressibleByArgument, CaseIterable {
    case direct, lowered

    var products: Products { self == .direct ? .tiles : .blas }
}

extension TrainCommand {
    /// The engine asked for by either option; nil for neither.
    var chosenProducts: Products? { products ?? convolutions?.products }

    /// - Throws: `invalidArgument` when the two names ask for different engines.
    func checkProducts() throws(VAEError) {
        guard let products, let convolutions, products != convolutions.products else { return }
        throw VAEError(
            .invalidArgument, "--convolutions", "contradicts --products \(products.rawValue)",
            expected: products.areTiled ? "direct" : "lowered", found: convolutions.rawValue,
            advice: "Leave --convolutions out: it is the former name.")
    }

    func warnOfFormerName(_ console: Console) {
        guard let convolutions else { return }
        console.warn(
            "--convolutions \(convolutions.rawValue) is --products \(convolutions.products.rawValue) now; the old name goes "
                + "with the next version")
    }
}
