import Kernels
import VAE

/// The names of a plan's values in a program of Python that computes them one after the other.
///
/// Layers of a side write to `x`, those of a residual branch to `branch`, so that what the branch began with is there when the sum is taken.
struct PythonVariables {
    private let plan: Plan
    private var names: [Int: String]
    /// Feature maps whose variable holds them as units already.
    private var flat: Set<Int> = []

    /// - Parameter inputs: the names of the values that come from outside
    init(_ plan: Plan, inputs: [Int: String]) {
        self.plan = plan
        names = inputs
    }

    /// The name of a value that was written.
    subscript(value: Int) -> String { names[value] ?? "x" }

    /// Names the output of a node.
    mutating func write(_ node: Plan.Node) -> String {
        let parts = node.name.split(separator: ".")
        var depth = parts.count { $0 == "residual" }
        let isShortcut = parts.contains("shortcut")
        if node.layer is Addition { depth -= 1 }
        let name = isShortcut ? "shortcut" : depth == 0 ? "x" : "branch"
        names[node.output] = depth > 1 ? "\(name)_\(depth)" : name
        return names[node.output] ?? name
    }

    /// Whether a value is feature maps that nothing has made units of.
    func isMaps(_ value: Int) -> Bool { plan.values[value].shape.count == 3 && !flat.contains(value) }

    /// Whether all that read a value read it as units, so that its variable may hold them.
    func isReadAsUnits(_ value: Int) -> Bool {
        plan.values[value].readers.allSatisfy {
            plan.nodes[$0].layer is Dense || plan.nodes[$0].layer is Concatenation
        }
    }

    /// Has a variable hold a value's units from now on.
    mutating func flatten(_ value: Int, isInput: Bool) -> (from: String, to: String) {
        let from = self[value]
        if isInput { names[value] = "x" }
        flat.insert(value)
        return (from, self[value])
    }
}
