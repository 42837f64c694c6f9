extension Report {
    /// What the schedule of one batch size allows on some number of cores.
    struct ScheduleKeys: Codable {
        var batch: Int
        var shards: Int
        var cores: Int
        var seconds: Double
        var speedUp: Double
        /// Of the jobs' parts: work / (cores · time).
        var balance: Double
    }

    /// The model of a step of one batch size, and its check.
    struct ScheduleStepKeys: Codable {
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

    /// The tables of what more cores gain; empty where there are none.
    var scheduleText: String {
        guard let schedule, let steps = scheduleSteps else { return "" }
        var check = Table(
            "step of a batch", "shards", "1 thread, ms", "serial", "2 threads by schedule", "measured",
            "median", "difference")
        for step in steps {
            guard let measured = step.measuredSpeedUp, let predicted = step.predictedSpeedUp else { continue }
            check.add(
                "\(step.batch) images", "\(step.shards)", number(1000 * step.seconds, 2),
                number(100 * step.serialFraction, 2) + " %", number(predicted, 3) + "×",
                number(measured, 3) + "×", number(step.medianMeasuredSpeedUp ?? 0, 3) + "×",
                number(100 * (measured / predicted - 1), 1) + " %")
        }
        var table = Table("cores", "batch", "shards", "step, ms", "speed-up", "a core", "balance")
        for row in schedule {
            table.add(
                "\(row.cores)", "\(row.batch)", "\(row.shards)", number(1000 * row.seconds, 2),
                number(row.speedUp, 2) + "×", number(100 * row.speedUp / Double(row.cores), 1) + " %",
                number(100 * row.balance, 1) + " %")
        }
        let barrier =
            barrier.map { "\(number(1e9 * $0.seconds)) ns (median \(number(1e9 * $0.medianSeconds)) ns)" }
            ?? "nothing"
        let lines = [
            "What the schedule allows: the parts of the fastest step on one thread, cut as for so many cores and dealt out in order to the core that",
            "is free first, what is between the jobs on one, and a barrier a job, \(barrier) on two threads and as much for each further one.",
            "Memory and caches that cores share, and their clock, are not in it. Balance: work / (cores × time of the jobs).",
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
                    batch: point.batch, shards: point.shards, cores: cores,
                    seconds: point.schedule(for: cores).seconds(threads: cores),
                    speedUp: point.speedUp(cores: cores),
                    balance: point.schedule(for: cores).balance(threads: cores))
            }
        }
    }

    var stepKeys: [Report.ScheduleStepKeys] {
        points.map { point in
            let schedule = point.schedule(for: 1)
            let (one, several) = (point.oneThread, point.severalThreads)
            let isMeasured = !several.speeds.isEmpty
            return Report.ScheduleStepKeys(
                batch: point.batch, shards: point.shards, jobs: schedule.jobs.count,
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
