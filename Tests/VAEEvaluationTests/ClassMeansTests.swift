import Testing
import VAECore
import VAEEvaluation

@Suite("Means of classes in latent space") struct ClassMeansTests {
    /// Eighths and quarters: every sum, mean and product is exact.
    @Test func arithmeticIsExact() throws {
        let points = try Points(
            [0, 1, 2, 3, 10, -4, 1, 0.5, 30, -8], size: 2, labels: [3, 3, 8, 5, 8])
        let means = try ClassMeans(of: points)
        #expect(means.classes == [3, 5, 8] && means.counts == [2, 1, 2] && means.size == 2)
        #expect(means.means == [[1, 2], [1, 0.5], [20, -6]])
        #expect(try means.direction(from: 3, to: 8) == [19, -8])
        #expect(try means.direction(from: 8, to: 3) == [-19, 8])
        let edited = try means.edited([0.5, 0.25, 1, 1], from: 3, to: 8, amounts: [0, 0.5, 1, -1])
        #expect(
            edited == [
                0.5, 0.25, 10, -3.75, 19.5, -7.75, -18.5, 8.25, 1, 1, 10.5, -3, 20, -7, -18, 9,
            ])
        #expect(try means.edited([0.5, 0.25], from: 5, to: 5, amounts: [3]) == [0.5, 0.25])
    }

    @Test func badInput() throws {
        #expect(throws: VAEError.self) { try ClassMeans(of: Points([0, 1], size: 1)) }
        let means = try ClassMeans(of: Points([0, 1], size: 1, labels: [2, 7]))
        #expect(throws: VAEError.self) { try means.direction(from: 2, to: 3) }
        do throws(VAEError) {
            _ = try means.direction(from: 4, to: 7)
        } catch {
            #expect(error.expected == "2, 7" && error.found == "4")
        }
        let two = try ClassMeans(of: Points([0, 1, 2, 3], size: 2, labels: [0, 1]))
        #expect(throws: VAEError.self) { try two.edited([1, 2, 3], from: 0, to: 1, amounts: [1]) }
    }
}
