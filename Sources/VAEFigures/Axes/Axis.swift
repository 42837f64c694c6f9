import Foundation

/// Tick marks at round numbers.
package struct Ticks: Sendable, Equatable {
    /// Ascending, within the range asked for.
    package let values: [Double]
    /// One text a value, all with the same number of decimals.
    package let labels: [String]

    /// Multiples of 1, 2 or 5 times a power of ten.
    ///
    /// A range without width gives one tick, one that is not finite one or none.
    /// - Parameters:
    ///   - count: how many ticks would be best; there may be from about half to twice as many.
    ///   - wholeNumbers: never ticks between integers, for epochs.
    package init(in range: ClosedRange<Double>, about count: Int, wholeNumbers: Bool = false) {
        let span = range.upperBound - range.lowerBound
        // Beyond these bounds powers of ten, or the ticks themselves, are no longer distinct numbers.
        guard (1e-290...1e290).contains(span), span > abs(range.upperBound) * 1e-12 else {
            values = range.lowerBound.isFinite ? [range.lowerBound] : []
            labels = values.map { Ticks.format($0, decimals: wholeNumbers ? 0 : 2) }
            return
        }
        let rough = span / Double(min(max(count, 1), 1000))
        var exponent = Int(log10(rough).rounded(.down))
        let leading = rough / pow(10, Double(exponent))
        var digit = 1.0
        switch leading {
        case ..<1.5: digit = 1
        case ..<3.5: digit = 2
        case ..<7.5: digit = 5
        default: exponent += 1
        }
        if wholeNumbers, exponent < 0 { (digit, exponent) = (1, 0) }
        // Dividing by a power of ten rounds once; multiplying by 0.1 would give 0.30000000000000004.
        let power = pow(10, Double(abs(exponent)))
        func value(_ index: Double) -> Double { exponent < 0 ? index * digit / power : index * digit * power }
        let step = value(1)
        let slack = 1e-9
        let first = (range.lowerBound / step - slack).rounded(.up)
        let last = (range.upperBound / step + slack).rounded(.down)
        values = first <= last ? stride(from: first, through: last, by: 1).map { value($0) + 0 } : []
        let decimals = max(0, -exponent)
        labels = values.map { Ticks.format($0, decimals: decimals) }
    }

    /// Ticks at chosen places.
    init(values: [Double], decimals: Int) {
        self.values = values
        labels = values.map { Ticks.format($0, decimals: decimals) }
    }

    /// Ticks at chosen places with texts of their own.
    init(values: [Double], labels: (Double) -> String) {
        self.values = values
        self.labels = values.map(labels)
    }

    /// A number with a fixed number of decimals, a true minus sign, and commas from 10,000 on.
    static func format(_ value: Double, decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e15, decimals <= 9 else { return short(value) }
        let power = pow(10, Double(decimals))
        let scaled = (abs(value) * power).rounded()
        guard scaled < 9e18 else { return short(value) }
        let units = Int(scaled / power)
        var text = String(units)
        if units >= 10_000 {
            var at = text.count - 3
            while at > 0 {
                text.insert(",", at: text.index(text.startIndex, offsetBy: at))
                at -= 3
            }
        }
        if decimals > 0 {
            let fraction = String(Int(scaled - Double(units) * power))
            text += "." + String(repeating: "0", count: max(0, decimals - fraction.count)) + fraction
        }
        return value < 0 && scaled > 0 ? "−" + text : text
    }

    /// Three digits and a power of ten, for what would be too long in full.
    static func short(_ value: Double) -> String {
        String(format: "%.3g", value).replacingOccurrences(of: "-", with: "−")
    }
}

extension ClosedRange<Double> {
    /// The range with `fraction` of its width added at both ends; a range without width grows to ±1 or to
    /// a tenth of its value, so that there is always something to draw in.
    func padded(by fraction: Double) -> ClosedRange<Double> {
        let span = upperBound - lowerBound
        if span > abs(upperBound) * 1e-9, span > .leastNormalMagnitude {
            return lowerBound - fraction * span...upperBound + fraction * span
        }
        let half = Swift.max(abs(lowerBound) * 0.1, 1)
        return lowerBound - half...upperBound + half
    }
}
