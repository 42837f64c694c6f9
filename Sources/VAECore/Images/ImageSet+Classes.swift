extension ImageSet {
    /// Whether the images of each of several classes come one after the other, as those of folders do: the first ones are then those of few classes. False
    /// where more images than not are alone in their class, whose labels are numbers of images.
    package var isSortedByClass: Bool {
        guard let labels, var last = labels.first else { return false }
        var seen: Set = [last]
        var (length, alone) = (0, 0)
        for label in labels {
            if label != last {
                guard seen.insert(label).inserted else { return false }
                if length == 1 { alone += 1 }
                (last, length) = (label, 0)
            }
            length += 1
        }
        if length == 1 { alone += 1 }
        return seen.count > 1 && 2 * alone <= labels.count
    }
}
