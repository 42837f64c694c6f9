/// The cores under the processors that a process may use, as `/sys/devices/system` shows them: sockets and their memory (NUMA nodes) in order, so
/// that neighbours in the list share a socket where they can.
package struct ProcessorTopology: Sendable, Equatable {
    /// A physical core with those of its processors (hyper-threads) that may be used.
    package struct Core: Sendable, Equatable {
        /// Numbers of the memory that is near, of the socket, and of the core in it.
        package let node, package, number: Int
        /// Ascending; never empty.
        package let processors: [Int]
    }

    package let cores: [Core]

    /// Memories that some core is near to; at least 1.
    package var nodeCount: Int { max(Set(cores.map(\.node)).count, 1) }

    /// - Parameters:
    ///   - allowed: numbers of the processors that may be used; one that the files do not tell of is taken for a core of its own
    ///   - root: stands in front of every path that is read: of a test's own tree of files, or empty
    /// - Complexity: a few files read for each processor
    package init(allowed: [Int], root: String = "") {
        struct Place: Hashable { let node, package, core: Int }
        let nodes = Self.nodes(root: root)
        var processors: [Place: [Int]] = [:]
        for processor in Set(allowed) {
            func number(_ name: String) -> Int? {
                Machine.lines(of: "\(root)/sys/devices/system/cpu/cpu\(processor)/topology/\(name)").first
                    .flatMap { Int($0) }
            }
            // Numbers of cores repeat on every socket, and on every die of some: the first of a core's hyper-threads is it alone's.
            let siblings = Machine.lines(
                of: "\(root)/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list"
            ).first
            let first = siblings.flatMap { Machine.numbers(in: $0).min() } ?? processor
            let place = Place(
                node: nodes[processor] ?? 0, package: number("physical_package_id") ?? 0, core: first)
            processors[place, default: []].append(processor)
        }
        cores = processors.map { place, processors in
            Core(
                node: place.node, package: place.package, number: place.core, processors: processors.sorted())
        }.sorted { ($0.package, $0.node, $0.number) < ($1.package, $1.node, $1.number) }
    }

    /// The NUMA node of each processor; empty where the kernel knows of none.
    private static func nodes(root: String) -> [Int: Int] {
        let folder = root + "/sys/devices/system/node"
        var found: [Int: Int] = [:]
        for node in Machine.lines(of: folder + "/online").first.map(Machine.numbers) ?? [] {
            for processor in Machine.lines(of: "\(folder)/node\(node)/cpulist").first.map(Machine.numbers)
                ?? []
            {
                found[processor] = node
            }
        }
        return found
    }

    /// Processors that the machine runs, whoever may use them; empty where the kernel does not say.
    package static func online(root: String = "") -> [Int] {
        Machine.lines(of: root + "/sys/devices/system/cpu/online").first.map(Machine.numbers) ?? []
    }

    /// Whether the machine has memory that is nearer to some processors than to others.
    package static func hasSeveralNodes(root: String = "") -> Bool {
        (Machine.lines(of: root + "/sys/devices/system/node/online").first.map(Machine.numbers) ?? []).count
            > 1
    }
}
