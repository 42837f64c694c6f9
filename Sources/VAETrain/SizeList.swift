import VAEConsole

/// Numbers with commas between them, or "none".
struct SizeList: CheckedArgument, CustomStringConvertible {
    let sizes: [Int]

    init(_ sizes: [Int]) { self.sizes = sizes }

    init?(argument: String) {
        let parts = argument == "none" ? [] : argument.split(separator: ",", omittingEmptySubsequences: false)
        sizes = parts.compactMap { Int($0) }
        guard sizes.count == parts.count else { return nil }
    }

    static func objection(to text: String) -> String {
        "it is neither whole numbers with commas between, such as 32,64, nor none"
    }

    var description: String { sizes.isEmpty ? "none" : sizes.map(String.init).joined(separator: ",") }
}
