import Foundation
import Testing
import VAEEvaluation

struct EstimateTests {
    @Test func meanAndStandardError() {
        // Squares about the mean 5 add up to 32; 32 / 7 / 8 = 4/7.
        let estimate = Estimate(of: [2, 4, 4, 4, 5, 5, 7, 9])
        #expect(estimate.mean == 5)
        #expect(abs(estimate.standardError - (4.0 / 7).squareRoot()) < 1e-15)
    }

    @Test func aSingleValueHasNoSpread() {
        #expect(Estimate(of: [3]).mean == 3)
        #expect(Estimate(of: [3]).standardError == .infinity)
    }

    /// JSON has no infinite numbers.
    @Test(arguments: [[1.0, 2], [3]]) func survivesJSON(values: [Double]) throws {
        let estimate = Estimate(of: values)
        let again = try JSONDecoder().decode(Estimate.self, from: JSONEncoder().encode(estimate))
        #expect(again == estimate)
    }
}
