import VAECore

extension NumericArray {
    /// The array with the dimensions of a model's images, where that is what its sizes mean: one image without its n, or rows of as many
    /// values as an image has; nil where sizes alone tell.
    func reshaped(for model: ImageShape) -> NumericArray? {
        let image = [model.height, model.width, model.channels]
        let isOne = shape == image || model.channels == 1 && shape == [model.height, model.width]
        if isOne { return NumericArray(checked: [1] + image, values) }
        // A picture in grey has as many values as a row of another model may have.
        if shape.count == 2, shape[1] == model.count {
            return NumericArray(checked: [shape[0]] + image, values)
        }
        if shape.count == 2 { return NumericArray(checked: [1] + shape, values) }
        if shape.count == 3, model.channels > 1, shape[2] == model.channels {
            return NumericArray(checked: [1] + shape, values)
        }
        return nil
    }
}
