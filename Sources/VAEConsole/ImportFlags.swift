import ArgumentParser
import VAECore
import VAEData

/// The flags that say what becomes of files of images, for every tool that reads some.
package struct ImportFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How pictures of other proportions come to the model's size: crop what sticks out, pad with the background, or stretch.",
            valueName: "crop|pad|stretch"))
    package var fit: PicturePreparation.Fit?

    @Option(
        help: ArgumentHelp(
            "The colour under transparent pixels and around padded pictures: black, white, or #rrggbb. (default: white under, black around)",
            valueName: "colour"))
    package var background: BackgroundColour?

    @Option(
        help: ArgumentHelp(
            "The order of the dimensions in arrays of images: nhw, nhwc, nchw, or nd for rows. (default: as their sizes tell)",
            valueName: "order"))
    package var layout: ImageLayout?

    @Option(
        help: ArgumentHelp(
            "What becomes of a picture that can't be read: fail, or skip it and say so.",
            valueName: "fail|skip"))
    package var onBadImage: ImportOptions.BadPicture?

    @Option(
        help: ArgumentHelp(
            "The column of a table (CSV) that has labels, any words or numbers, by its name, or by its number from 1 where columns have no names.",
            valueName: "name"))
    package var labelColumn: String?

    package init() {}

    /// Options with what the flags say in place of what they had.
    package func applied(to options: ImportOptions) -> ImportOptions {
        var options = options
        if let fit { options.pictures.fit = fit }
        if let colour = background?.colour {
            (options.pictures.background, options.pictures.padding) = (colour, colour)
        }
        if let layout { options.layout = layout }
        if let labelColumn { options.labelColumn = labelColumn }
        if let onBadImage { options.onBadPicture = onBadImage }
        return options
    }
}

/// A colour by its name or as `#rrggbb`.
package struct BackgroundColour: CheckedArgument {
    package let colour: PicturePreparation.Colour

    package init?(argument: String) {
        switch argument.lowercased() {
        case "black": colour = .black
        case "white": colour = .white
        default:
            let digits = argument.dropFirst()
            guard argument.hasPrefix("#"), digits.utf8.count == 6,
                digits.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                let number = Int(digits, radix: 16)
            else { return nil }
            colour = .init(
                red: UInt8(number >> 16), green: UInt8(number >> 8 & 255), blue: UInt8(number & 255))
        }
    }

    package static func objection(to text: String) -> String {
        "it is neither black nor white nor a colour such as #a0c0ff"
    }
}

/// Rows and columns of pixels: one side, or width and height with an x between.
package struct PictureSize: CheckedArgument {
    package let size: PicturePreparation.Size

    package init?(argument: String) {
        let sides = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map {
            side in
            side.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(side) : nil
        }
        guard (1...2).contains(sides.count), let width = sides[0], let height = sides[sides.count - 1],
            (1...PicturePreparation.longestSide).contains(width),
            (1...PicturePreparation.longestSide).contains(height)
        else { return nil }
        size = .init(height: height, width: width)
    }

    package static func objection(to text: String) -> String {
        "it is neither a side, such as 64, nor width and height, such as 64x48, of 1 to \(PicturePreparation.longestSide) pixels"
    }
}

extension PicturePreparation.Fit: ExpressibleByArgument {}
extension ImageLayout: ExpressibleByArgument {}
extension ImportOptions.BadPicture: ExpressibleByArgument {}
