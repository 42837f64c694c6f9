extension Report {
    /// What the schedule of one batch size allows on some number of cores.
    struct ScheduleKeys: Codable {
        /// nil for the usual one.
        var training: String?
        var batch: Int
        var shards: Int
        var cores: Int
        var seconds: Double
        var speedUp: Double
        /// Of the jobs' parts: work / (cores · time).
        var balance: Double
        /// Of the update and the packing in a step, and of what they could fill of the cores' time before it.
        /// nil where another job comes behind it.
        var updateShare: Double?
        var idleShareBeforeUpdate: Double?
    }

    /// The model of a step of one batch size, and its check.
    struct ScheduleStepKeys: Codable {
        var training: String?
        var batch: Int
        var shards: Int
        var jobs: Int
        var seconds: Double
        var serialSeconds: Double
        var serialFraction: Double
        /// nil on a machine of one processor, like what follows.
        var threads: Int?
        var measuredSpeedUp: Double?
        var medianMeasuredSpeedUp: Double?
        var predictedSpeedUp: Double?
    }

    /// An empty job of two threads.
    struct BarrierKeys: Codable {
        var seconds: Double
        var medianSeconds: Double
    }

    private static func suffix(_ training: String?) -> String { training.map { ", \($0)" } ?? "" }

    /// The tables of what more cores gain; empty where there are none.
    var scheduleText: String {
        guard let schedule, let steps = scheduleSteps else { return "" }
        var check = Table(
            "step of a batch", "shards", "1 thread, ms", "serial", "2 threads by schedule", "measured",
            "median", "difference")
        for step in steps {
            guard let measured = step.measuredSpeedUp, let predicted = step.predictedSpeedUp else { continue }
            check.add(
                "\(step.batch) images\(Self.suffix(step.training))", "\(step.shards)",
                number(1000 * step.seconds, 2),
                number(100 * step.serialFraction, 2) + " %", number(predicted, 3) + "×",
                number(measured, 3) + "×", number(step.medianMeasuredSpeedUp ?? 0, 3) + "×",
                number(100 * (measured / predicted - 1), 1) + " %")
        }
        var table = Table(
            "cores", "batch", "shards", "step, ms", "speed-up", "a core", "balance",
            "update", "idle before")
        for row in schedule {
            table.add(
                "\(row.cores)", "\(row.batch)\(Self.suffix(row.training))", "\(row.shards)",
                number(1000 * row.seconds, 2),
                number(row.speedUp, 2) + "×", number(100 * row.speedUp / Double(row.cores), 1) + " %",
                number(100 * row.balance, 1) + " %", row.updateShare.map { number(100 * $0, 2) + " %" } ?? "",
                row.idleShareBeforeUpdate.map { number(100 * $0, 2) + " %" } ?? "")
        }
        let barrier =
            barrier.map { "\(number(1e9 * $0.seconds)) ns (median \(number(1e9 * $0.medianSeconds)) ns)" }
            ?? "nothing"
        let lines = [
            "What the schedule allows: the parts of the fastest step on one thread, cut as for so many cores and dealt out in order to the core that",
            "is free first, what is between the jobs on one, and a barrier a job, \(barrier) on two threads and as much for each further one.",
            "Memory and caches that cores share, and their clock, are not in it. Balance: work / (cores × time of the jobs).",
            "Update: the share of the last job, Adam and packed kernels; idle before: the most that beginning it earlier could save.",
        ]
        return (check.text.split(separator: "\n").count > 1 ? check.text + "\n" : "") + table.text + "\n"
            + lines.map { $0 + "\n" }.joined() + "\n"
    }
}

extension ScheduleSpeed {
    var keys: [Report.ScheduleKeys] {
        points.flatMap { point in
            Self.teams.map { cores in
                Report.ScheduleKeys(
                    training: point.training.key, batch: point.batch, shards: point.shards, cores: cores,
                    seconds: point.schedule(for: cores).seconds(threads: cores),
                    speedUp: point.speedUp(cores: cores),
                    balance: point.schedule(for: cores).balance(threads: cores),
                    // Pseudo-inputs are encoded after it.
                    updateShare: point.training == .vampPrior
                        ? nil : point.schedule(for: cores).updateShare(threads: cores),
                    idleShareBeforeUpdate: point.training == .vampPrior
                        ? nil : point.schedule(for: cores).idleShareBeforeUpdate(threads: cores))
            }
        }
    }

    var stepKeys: [Report.ScheduleStepKeys] {
        points.map { point in
            let schedule = point.schedule(for: 1)
            let (one, several) = (point.oneThread, point.severalThreads)
            let isMeasured = !several.speeds.isEmpty
            return Report.ScheduleStepKeys(
                training: point.training.key, batch: point.batch, shards: point.shards,
                jobs: schedule.jobs.count,
                seconds: schedule.seconds(threads: 1), serialSeconds: schedule.serial,
                serialFraction: schedule.serialFraction, threads: isMeasured ? point.threads : nil,
                measuredSpeedUp: isMeasured ? several.best / one.best : nil,
                medianMeasuredSpeedUp: isMeasured ? several.median / one.median : nil,
                predictedSpeedUp: isMeasured ? point.speedUp(cores: point.threads) : nil)
        }
    }

    var barrierKeys: Report.BarrierKeys? {
        barriers.speeds.isEmpty
            ? nil : Report.BarrierKeys(seconds: 1 / barriers.best, medianSeconds: 1 / barriers.median)
    }
}
