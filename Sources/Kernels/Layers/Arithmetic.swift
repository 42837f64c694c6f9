/// How a layer computes its products in one direction, and what that takes.
package struct Arithmetic: Sendable, Hashable {
    package enum Method: String, Sendable, Comparable, CaseIterable {
        case sgemm
        /// `sgemm` of differences: minimal filtering.
        case filteredSgemm = "filtered sgemm"
        case tiles, filtered

        package static func < (a: Method, b: Method) -> Bool {
            allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
        }
    }

    /// One, or for two products that are computed in different ways both.
    package var methods: Set<Method>
    /// Multiplications and additions of the products of one image, as they are computed: fewer than in their definition with minimal
    /// filtering, and where no padding is multiplied.
    package var flop: Int

    package init(_ method: Method, flop: Int) {
        methods = [method]
        self.flop = flop
    }

    package static func + (a: Arithmetic, b: Arithmetic) -> Arithmetic {
        var sum = a
        sum.methods.formUnion(b.methods)
        sum.flop += b.flop
        return sum
    }

    /// "filtered", or "tiles, filtered".
    package var phrase: String { methods.sorted().map(\.rawValue).joined(separator: ", ") }
}
