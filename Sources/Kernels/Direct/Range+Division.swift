extension Range<Int> {
    /// Consecutive ranges that differ in length by one at most; as many as asked for, or as there are numbers.
    func divided(into most: Int) -> [Range<Int>] {
        let number = Swift.min(most, count)
        return (0..<number).map { part in
            lowerBound + part * count / number..<lowerBound + (part + 1) * count / number
        }
    }
}
