import Foundation
import Testing
import VAECore

@testable import VAEData

@Suite struct StandardizationTests {
    @Test func meansAndDeviationsOfThePopulation() throws {
        // Column a: 1, 3, 5, 7, of mean 4 and variance 5. Column b never changes.
        let values: [Float] = [1, 0.1, 3, 0.1, 5, 0.1, 7, 0.1]
        let standard = try Standardization(columns: ["a", "b"], values: values)
        #expect(standard.means == [4, Double(Float(0.1))])
        #expect(standard.scales == [Double(5).squareRoot(), 1])
        #expect(standard.constantColumns == ["b"] && standard.columns == ["a", "b"])
        let applied = try standard.apply(values)
        let expected = [-3, -1, 1, 3].map { Float($0 / Double(5).squareRoot()) }
        #expect(stride(from: 0, to: 8, by: 2).map { applied[$0] } == expected)
        #expect(stride(from: 1, to: 8, by: 2).map { applied[$0] } == [0, 0, 0, 0])
    }

    /// Far from 0 and of small deviation: single precision would lose all of it.
    @Test func sumsAreOfDoublePrecision() throws {
        let values = (0..<1000).map { Float(1_000_000 + $0 % 2) }
        let standard = try Standardization(columns: ["a"], values: values)
        #expect(standard.means == [1_000_000.5] && standard.scales == [0.5])
        #expect(try standard.apply([1_000_000, 1_000_001]) == [-1, 1])
    }

    @Test func undoingBringsNumbersBack() throws {
        var generator = SplitMix64(state: 3)
        let values = (0..<3000).map { _ in Float(generator.next() % 10_000) / 7 - 500 }
        let standard = try Standardization(columns: ["a", "b", "c"], values: values)
        let again = try standard.undo(standard.apply(values))
        // Two roundings: of a number of 2 to 4, by 1.2e-7 at most, times the deviation of 412; and of the result, up to
        // 1000, by 3.1e-5.
        for (value, same) in zip(values, again) { #expect(abs(value - same) <= 1e-4) }
        let applied = try standard.apply(values)
        #expect(try Standardization(columns: ["a", "b", "c"], values: values).apply(values) == applied)
    }

    @Test func asJSON() throws {
        let standard = try Standardization(columns: ["a", "b"], values: [1, 2, 3, 2])
        let json = try JSONEncoder().encode(standard)
        #expect(try JSONDecoder().decode(Standardization.self, from: json) == standard)
        let head = #"{"columns":["a"],"constantColumns":[],"#
        for text in [
            #""means":[],"scales":[1]}"#, #""means":[0],"scales":[0]}"#, #""means":[0],"scales":[-1]}"#,
        ] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(Standardization.self, from: Data((head + text).utf8))
            }
        }
    }

    @Test func whatCannotBeMeasuredOrApplied() throws {
        expectError(.invalidArgument, saying: "whole number of rows") {
            _ = try Standardization(columns: ["a", "b"], values: [1, 2, 3])
        }
        expectError(.invalidArgument, saying: "whole number of rows") {
            _ = try Standardization(columns: [], values: [])
        }
        expectError(.invalidData, saying: "column \"b\"", "row 2") {
            _ = try Standardization(columns: ["a", "b"], values: [1, 2, 3, .nan])
        }
        let standard = try Standardization(columns: ["a"], values: [0, 1e-30])
        expectError(.invalidData, saying: "column \"a\"", "range") { _ = try standard.apply([1e30]) }
        let wide = try Standardization(columns: ["a", "b"], values: [0, 0])
        expectError(.invalidArgument, saying: "whole number of rows") { _ = try wide.undo([1]) }
    }
}
