import Testing
import VAECore

/// Numbers as people read them.
@Suite struct WordsTests {
    @Test(arguments: [
        (0, "0 epochs"), (1, "1 epoch"), (2, "2 epochs"), (2_000, "2,000 epochs"), (-1, "-1 epochs"),
    ])
    func oneOfAKindHasNoS(number: Int, words: String) { #expect(counted(number, "epoch") == words) }
}
