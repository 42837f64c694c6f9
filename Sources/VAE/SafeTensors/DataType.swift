extension SafeTensors {
    /// The type of a tensor's elements; the raw value is its name in the file.
    ///
    /// The cases are in the order by which the safetensors library (0.8) sorts types, larger alignments
    /// later. Written in the opposite order, every tensor starts at a multiple of its element's size.
    package enum DataType: String, Sendable, CaseIterable {
        case bool = "BOOL"
        case float4 = "F4"
        case float6e2m3 = "F6_E2M3"
        case float6e3m2 = "F6_E3M2"
        case uint8 = "U8"
        case int8 = "I8"
        case float8e5m2 = "F8_E5M2"
        case float8e4m3 = "F8_E4M3"
        case float8e8m0 = "F8_E8M0"
        case float8e4m3fnuz = "F8_E4M3FNUZ"
        case float8e5m2fnuz = "F8_E5M2FNUZ"
        case int16 = "I16"
        case uint16 = "U16"
        case float16 = "F16"
        case bfloat16 = "BF16"
        case int32 = "I32"
        case uint32 = "U32"
        case float32 = "F32"
        case complex64 = "C64"
        case float64 = "F64"
        case int64 = "I64"
        case uint64 = "U64"

        /// Bits an element takes.
        package var bitWidth: Int {
            switch self {
            case .float4: 4
            case .float6e2m3, .float6e3m2: 6
            case .bool, .uint8, .int8, .float8e5m2, .float8e4m3, .float8e8m0, .float8e4m3fnuz,
                .float8e5m2fnuz:
                8
            case .int16, .uint16, .float16, .bfloat16: 16
            case .int32, .uint32, .float32: 32
            case .complex64, .float64, .int64, .uint64: 64
            }
        }

        /// Its place in the order of sorting.
        var rank: Int { Self.ranks[self, default: 0] }
        private static let ranks = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))

        /// Bytes a tensor of `shape` takes: the product of the sizes (1 for a scalar, `[]`) times the
        /// width; nil when that overflows, is no whole number of bytes, or a size is negative.
        func byteCount(of shape: [Int]) -> Int? {
            var count = 1
            for size in shape {
                let (product, overflow) = count.multipliedReportingOverflow(by: size)
                if overflow || size < 0 { return nil }
                count = product
            }
            let (bits, overflow) = count.multipliedReportingOverflow(by: bitWidth)
            return overflow || !bits.isMultiple(of: 8) ? nil : bits / 8
        }
    }
}
