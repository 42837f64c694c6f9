import Glibc
import Kernels

extension ImageTransform {
    /// The image that `apply` makes of `image`, (height, width, channels).
    ///
    /// A place's value is the sum over all pixels, each with a share that falls in a straight line to 0 at a distance of one pixel
    /// along either axis: what bilinear interpolation is.
    package func reference(_ image: [Double], height: Int, width: Int, channels: Int) -> [Double] {
        let (sine, cosine) = (sin(2 * .pi * turns), cos(2 * .pi * turns))
        let (centreX, centreY) = (Double(width - 1) / 2, Double(height - 1) / 2)
        var result: [Double] = []
        for y in 0..<height {
            for x in 0..<width {
                let (u, v) = (Double(x - right) - centreX, Double(y - down) - centreY)
                // Rows count downwards: so this turns clockwise, back to where the pixel was.
                var column = min(max(centreX + u * cosine - v * sine, 0), Double(width - 1))
                let row = min(max(centreY + u * sine + v * cosine, 0), Double(height - 1))
                if isMirrored { column = Double(width - 1) - column }
                for channel in 0..<channels {
                    var sum = 0.0
                    for i in 0..<height {
                        for j in 0..<width {
                            let share = max(0, 1 - abs(column - Double(j))) * max(0, 1 - abs(row - Double(i)))
                            sum += share * image[(i * width + j) * channels + channel]
                        }
                    }
                    result.append(min(1, Double(brightness) * sum))
                }
            }
        }
        return result
    }
}
