/// A whole number with commas between its thousands.
package func grouped(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "?" }
    var digits = String(Int(value.rounded()))[...]
    var groups: [Substring] = []
    while digits.count > 3 {
        groups.append(digits.suffix(3))
        digits = digits.dropLast(3)
    }
    return ([digits] + groups.reversed()).joined(separator: ",")
}
