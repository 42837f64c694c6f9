import Foundation
import VAECore
import VAEEvaluation

/// Numbers as the summary writes them.
enum Words {
    /// Two decimals, with a real minus sign; in powers of ten where that would be a long row of digits.
    static func number(_ value: Double, _ digits: Int = 2) -> String {
        let text = abs(value) < 1e7 ? String(format: "%.\(digits)f", value) : String(format: "%.2e", value)
        // Not −0.00.
        let isZero = !text.contains { "123456789".contains($0) }
        return text.replacing("-", with: isZero ? "" : "−")
    }

    /// "154.50 ± 0.43"
    static func number(_ mean: Double, _ error: Double?, _ digits: Int = 2) -> String {
        error.map { "\(number(mean, digits)) ± \(number($0, digits))" } ?? number(mean, digits)
    }

    static func number(_ mean: Estimate, _ digits: Int = 2) -> String {
        number(mean.mean, mean.finiteError, digits)
    }

    static func percent(_ share: Double, _ digits: Int = 0) -> String { number(100 * share, digits) + "%" }

    static func percent(_ share: Estimate) -> String {
        number(100 * share.mean, share.finiteError.map { 100 * $0 }, 1) + "%"
    }

    /// The words for what is measured, and for one of its values.
    struct Items {
        let one: String
        let many: String
        let value: String

        static let images = Items(one: "image", many: "images", value: "pixel")
        /// Their pixels have several values.
        static let colourImages = Items(one: "image", many: "images", value: "value")
        static let rows = Items(one: "row", many: "rows", value: "value")

        /// The units of the losses.
        var units: [String] { ["nats per \(one)", "bits per \(value)"] }
    }

    static func count(_ number: Int, _ noun: String) -> String { counted(number, noun) }
}
