/// The speeds of one program in rounds that do the same work.
///
/// Other programs on the machine can only make a round slower, so the best round says what the program can do and the
/// median what it did.
struct Rounds {
    /// Images, or operations, per second, in the order they were measured.
    private(set) var speeds: [Double] = []

    mutating func append(_ speed: Double) { speeds.append(speed) }

    var best: Double { speeds.max() ?? 0 }
    var slowest: Double { speeds.min() ?? 0 }

    var median: Double {
        guard !speeds.isEmpty else { return 0 }
        let sorted = speeds.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}

/// The seconds that `work` takes.
func seconds(_ work: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try work()
    return (ContinuousClock.now - start) / .seconds(1)
}
