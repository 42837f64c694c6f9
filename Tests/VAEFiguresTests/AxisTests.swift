import Testing

@testable import VAEFigures

@Suite struct AxisTests {
    @Test(arguments: [
        (0.0...10.0, 5, ["0", "2", "4", "6", "8", "10"]),
        (0.0...1.0, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-3.2...3.2, 6, ["−3", "−2", "−1", "0", "1", "2", "3"]),
        (0.1...0.3, 2, ["0.1", "0.2", "0.3"]),
        (148.2...211.9, 4, ["160", "180", "200"]),
        (0.0...25_000.0, 3, ["0", "10,000", "20,000"]),
        (-0.0012...0.0004, 3, ["−0.0010", "−0.0005", "0.0000"]),
    ])
    func ticksAreRoundAndEvenlyWritten(range: ClosedRange<Double>, count: Int, labels: [String]) {
        #expect(Ticks(in: range, about: count).labels == labels)
    }

    @Test func tickValuesCarryNoRoundingDirt() {
        #expect(Ticks(in: 0...1, about: 10).values == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
    }

    @Test(arguments: 0..<60)
    func everyScaleGetsAUsableNumberOfTicks(step: Int) {
        var numbers = Numbers(seed: UInt64(step))
        var low = Double(numbers.next()) - 0.5
        var span = Double(numbers.next()) + 0.01
        for _ in 0..<abs(step - 30) {
            low *= step < 30 ? 0.1 : 10
            span *= step < 30 ? 0.1 : 10
        }
        let ticks = Ticks(in: low...low + span, about: 6)
        #expect((3...13).contains(ticks.values.count))
        #expect(ticks.values == ticks.values.sorted())
        #expect(ticks.values.allSatisfy { $0 >= low - 1e-6 * span && $0 <= low + 1.000001 * span })
        #expect(ticks.labels.count == ticks.values.count)
    }

    @Test func epochsAreWholeNumbers() {
        #expect(Ticks(in: 0.9...3.1, about: 8, wholeNumbers: true).labels == ["1", "2", "3"])
        #expect(Ticks(in: 1...1, about: 5, wholeNumbers: true).labels == ["1"])
    }

    @Test func impossibleRangesDoNotTrap() {
        #expect(Ticks(in: 2...2, about: 5).values == [2])
        #expect(Ticks(in: -.infinity ... .infinity, about: 5).values.isEmpty)
        #expect(Ticks(in: 0...1e300, about: 5).values == [0])
        #expect(Ticks(in: 0...1e-300, about: 5).values == [0])
        #expect(Ticks(in: 0...1, about: 0).values.count >= 1)
        #expect(Ticks(in: 0...1, about: .max).values.count <= 2001)
        #expect(Ticks(in: 1e300...1.1e300, about: 3).labels.isEmpty == false)
        #expect(Ticks.format(.nan, decimals: 2) == "nan")
        #expect(Ticks.format(-0.0001, decimals: 2) == "0.00")
        #expect(Ticks.format(-1234.5678, decimals: 1) == "−1234.6")
        #expect(Ticks.format(1_234_567, decimals: 0) == "1,234,567")
        #expect(Ticks.format(0.999, decimals: 1) == "1.0")
    }

    @Test func aUnitIsAsLongToTheRightAsUpwards() {
        let rect = Rect(x: 50, y: 20, width: 700, height: 300)
        let area = PlotArea.equalAspect(rect, x: -1...1, y: -4...4)
        let (origin, right, up) = (area.place(0, 0), area.place(1, 0), area.place(0, 1))
        #expect(abs((right.x - origin.x) - (origin.y - up.y)) < 1e-9)
        #expect(area.y == -4...4)
        #expect(abs(origin.x - rect.midX) < 1e-9)
        #expect(abs(origin.y - rect.midY) < 1e-9)
    }

    @Test func gridTicksAreSymmetric() {
        for count in 1...40 {
            for spacing in [0.3, 1.0, 1.7, 2.2, 4.0, 100.0] {
                let ticks = ManifoldGrid.ticks(of: count, spacing: spacing)
                #expect(
                    ticks.map { count - 1 - $0 } == ticks.reversed(), "\(count) lines, spacing \(spacing)")
                #expect(zip(ticks, ticks.dropFirst()).allSatisfy { Double($1 - $0) >= spacing })
                if !count.isMultiple(of: 2) { #expect(ticks.contains(count / 2)) }
            }
        }
    }
}
