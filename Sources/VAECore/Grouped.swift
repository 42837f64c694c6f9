/// A whole number with commas between its thousands.
package func grouped(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "?" }
    let number = Int(value.rounded())
    var digits = String(number.magnitude)[...]
    var groups: [Substring] = []
    while digits.count > 3 {
        groups.append(digits.suffix(3))
        digits = digits.dropLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups.reversed()).joined(separator: ",")
}

/// A number of things as people say it: "1 epoch", "2,000 epochs".
package func counted(_ number: Int, _ noun: String) -> String {
    "\(grouped(Double(number))) \(noun)\(number == 1 ? "" : "s")"
}
