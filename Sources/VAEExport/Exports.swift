// `ImageSet`, `ImageShape`, `Machine` and `VAEError` belong to every library: whoever imports one has them.
@_exported import VAECore
