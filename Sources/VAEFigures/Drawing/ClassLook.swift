/// The look of the points of a class.
public struct ClassLook: Sendable, Hashable {
    /// One of twenty.
    public let colour: Colour
    /// A dot, unless there are more classes than colours.
    public let mark: Mark

    /// Looks for `count` classes, in the classes' order: no two alike, for up to 260 of them.
    ///
    /// The fewer classes, the easier their colours are told apart. Ten have the colours of ``Palette/classes``, whose order suits
    /// digits. From 21 classes on colours come round again, with another mark each time.
    public static func looks(forClasses count: Int) -> [ClassLook] {
        (0..<max(0, count)).map { rank in
            ClassLook(
                colour: Palette.colours[Palette.index(ofRank: rank, among: count)],
                mark: Mark.allCases[rank / Palette.colours.count % Mark.allCases.count])
        }
    }
}

extension Palette {
    /// The twenty colours of classes: ``classes``, and ten more.
    ///
    /// The latter were found in the same way, with the former where they are. The least distance in OKLab between two of all twenty, to any
    /// eye, is 0.077, which is still more than Matplotlib's or Petroff's ten are apart.
    public static let colours: [Colour] = classes + moreClasses

    /// The same for dark grounds, 0.065 at the least.
    public static let coloursOnDark: [Colour] = classesOnDark + moreClassesOnDark

    private static let moreClasses: [Colour] = [
        Colour(0x8365BA), Colour(0x4004FB), Colour(0x404500), Colour(0xEE0C11), Colour(0x8F0B52),
        Colour(0x40BD75), Colour(0xCE9CC0), Colour(0xB35B62), Colour(0x8E8AD2), Colour(0x300152),
    ]
    private static let moreClassesOnDark: [Colour] = [
        Colour(0x99AFD4), Colour(0x4FB05F), Colour(0xB1FF00), Colour(0xFF2300), Colour(0xCC6790),
        Colour(0x5CE729), Colour(0xD6C8D3), Colour(0xFADBB8), Colour(0x8E90CC), Colour(0xAA59CB),
    ]

    /// Indices of the first ten colours, those first that are easiest to tell apart.
    static let clearest = [3, 8, 5, 1, 7, 4, 9, 6, 2, 0]

    /// The place among ``colours`` of the class of a rank among `count` classes.
    static func index(ofRank rank: Int, among count: Int) -> Int {
        let index = rank % 20
        // Ten classes are digits, as likely as not, and their order is made for those.
        return count == clearest.count || index >= clearest.count ? index : clearest[index]
    }
}
