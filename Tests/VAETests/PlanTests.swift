import Kernels
import Testing
import VAECore

@testable import VAE

/// The graph that a network is, and where its values lie.
@Suite("Plans and workspaces")
struct PlanTests {
    /// A value with three readers: two branches and the sum of one of them with it.
    static let branched = ModelConfiguration(
        imageShape: ImageShape(height: 6, width: 5),
        layers: .init(
            encoder: [
                .convolution(filters: 4, stride: 2),
                .residual([.convolution(filters: 4), .residual([.convolution(filters: 4)])]),
                .groupNormalization(groups: 2),
            ],
            decoder: [
                .dense(shape: [7]), .featureMaps(channels: 4), .transposedConvolution(filters: 3, stride: 2),
            ]),
        latentSize: 2)
    static let models = [ModelConfiguration(), smallModel, smallPerceptron, branched]

    /// A node goes back after all readers of its output; heads, which are free to, in their order.
    @Test(arguments: models)
    func theWayBackRespectsReaders(model: ModelConfiguration) throws {
        let topology = try Topology(model)
        let plan = topology.plan
        let order = plan.backwardOrder
        #expect(order.sorted() == Array(plan.nodes.indices))
        for (position, node) in order.enumerated() {
            for reader in plan.values[plan.nodes[node].output].readers {
                #expect(order[..<position].contains(reader), "\(plan.nodes[node].name)")
            }
        }
        let heads = order.filter { [topology.mean, topology.logVariance].contains(plan.nodes[$0].output) }
        #expect(heads.map { plan.nodes[$0].name } == ["encoder.mean", "encoder.log_variance"])
        #expect(!plan.values[topology.images].wantsGradient && !plan.values[topology.noise].wantsGradient)
        #expect(plan.values[topology.z].wantsGradient)
    }

    /// What is written while another value is still to be read lies elsewhere: a pass on poisoned memory has the same bits as one on
    /// memory where nothing is shared.
    @Test(arguments: models, [true, false])
    func regionsOfOneTimeDoNotMeet(model: ModelConfiguration, training: Bool) throws {
        let network = try Network(model)
        let layout = WorkspaceLayout(network, capacity: 3, training: training)
        let plan = network.plan
        func region(_ block: WorkspaceLayout.Block) -> Range<Int> {
            let start = layout.offsets[block.number]
            return start..<start + block.count
        }
        #expect(layout.offsets.allSatisfy { $0 % 16 == 0 && $0 <= layout.count })
        // Forward: what a node writes meets nothing that it or a later node still reads.
        for (index, node) in plan.nodes.enumerated() {
            for (value, block) in layout.values.enumerated() where value != node.output {
                let readers = plan.values[value].readers
                let isNeeded =
                    readers.contains { $0 >= index }
                    || training && readers.contains { plan.nodes[$0].layer.backwardReads.contains(.inputs) }
                        && plan.nodes.prefix(index).contains { $0.output == value }
                if isNeeded
                    && (value == network.topology.images
                        || plan.nodes.prefix(index).contains { $0.output == value })
                {
                    #expect(
                        !region(block).overlaps(region(layout.values[node.output])),
                        "\(node.name) writes over value \(value)")
                }
            }
        }
        guard training else { return }
        // Back: the gradient that a node writes meets neither the one it reads nor what later nodes read.
        for (position, index) in network.backwardOrder.enumerated() {
            let node = plan.nodes[index]
            let later = network.backwardOrder[position...]
            for input in node.inputs {
                guard let written = layout.gradients[input] else { continue }
                for other in later {
                    let reads = plan.nodes[other].layer.backwardReads
                    let values =
                        (reads.contains(.inputs) ? plan.nodes[other].inputs : [])
                        + (reads.contains(.output) ? [plan.nodes[other].output] : [])
                    for value in values {
                        #expect(
                            !region(written).overlaps(region(layout.values[value])),
                            "\(node.name), value \(value)")
                    }
                    if let gradient = layout.gradients[plan.nodes[other].output],
                        plan.nodes[other].output != input,
                        position > 0 || other == index
                    {
                        let isWritten =
                            other == index
                            || plan.values[plan.nodes[other].output].readers.contains {
                                network.backwardOrder[...position].contains($0)
                            }
                        if isWritten {
                            #expect(
                                !region(written).overlaps(region(gradient)),
                                "\(node.name), gradient of \(other)")
                        }
                    }
                }
            }
        }
    }

    /// Values that are never needed together share memory: less than one region for each value and two gradients took.
    @Test func workspacesAreSmall() throws {
        let network = try Network(ModelConfiguration())
        let sizes = network.plan.values.map(\.count)
        let separate = sizes.reduce(2 * (sizes.max() ?? 0), +)
        // Scratch, which OpenBLAS's way needs for lowered matrices, shares nothing.
        func shared(training: Bool) -> Int {
            let layout = WorkspaceLayout(network, capacity: 8, training: training)
            return (layout.count - layout.scratch.count) / 8
        }
        let (training, inference) = (shared(training: true), shared(training: false))
        #expect(training < separate * 9 / 10, "\(training) of \(separate)")
        #expect(inference < separate / 2, "\(inference) of \(separate)")
    }

    @Test func blocksSharePlacesAtDifferentTimes() {
        var arena = Arena()
        let numbers = [(100, 0...2), (60, 1...4), (100, 3...5), (50, 5...6)].map {
            arena.reserve($0, during: $1)
        }
        let (offsets, count) = arena.place()
        // 112 floats at first, 64 beside them; the third where the first was, the last in either's place.
        #expect(offsets[numbers[0]] == offsets[numbers[2]] && count == 112 + 64)
        #expect(offsets[numbers[3]] + 64 <= count)
        #expect(Arena().place().count == 0)
    }
}
