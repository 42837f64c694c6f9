extension Report {
    /// What several machines gain over one, with each wire.
    struct MachineSpeedKeys: Codable {
        var model: String
        var parameters: Int
        var machines: Int
        var cores: Int
        var batch: Int
        /// Of a rank's step without a wire.
        var seconds: Double
        var balance: Double
        var wires: [WireKeys]

        struct WireKeys: Codable {
            var name: String
            var bytesPerSecond: Double
            var latencySeconds: Double
            /// Of a step.
            var seconds: Double
            var speedUp: Double
        }
    }

    /// A table of them; empty where there are none.
    var machinesText: String {
        guard let machines, let first = machines.first else { return "" }
        var table = Table(
            ["model", "parameters", "machines", "step without a wire, ms"] + first.wires.map(\.name))
        for row in machines {
            table.add(
                [
                    row.model, number(Double(row.parameters)), "\(row.machines)",
                    number(1000 * row.seconds, 2),
                ] + row.wires.map { number($0.speedUp, 1) + "×" })
        }
        let lines = [
            "What machines of \(first.cores) cores gain over one, batches of \(first.batch): the jobs of a rank's step by the schedule, and a wire that adds three",
            "latencies and 8 P (R − 1)/R bytes for P parameters and R machines. Nothing of it goes on while ranks compute.",
        ]
        return table.text + "\n" + lines.map { $0 + "\n" }.joined() + "\n"
    }
}

extension MachineSpeed {
    var keys: [Report.MachineSpeedKeys] {
        points.map { point in
            Report.MachineSpeedKeys(
                model: point.model, parameters: point.parameters, machines: point.machines, cores: Self.cores,
                batch: Self.batch, seconds: point.computing,
                balance: point.schedule.balance(threads: Self.cores),
                wires: Self.wires.map { wire in
                    Report.MachineSpeedKeys.WireKeys(
                        name: wire.name, bytesPerSecond: wire.bytesPerSecond, latencySeconds: wire.latency,
                        seconds: point.seconds(wire), speedUp: speedUp(point, wire))
                })
        }
    }
}
