import Testing
import VAECore

@Suite struct SHA256Tests {
    /// FIPS 180-4 and NIST's example values.
    @Test func vectors() {
        #expect(
            SHA256.digest(of: []).description
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256.digest(of: Array("abc".utf8)).description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        var pieces = SHA256()
        pieces.update(Array("abcdbcdecdefdefgefghfghighijhijk".utf8))
        pieces.update([])
        pieces.update(Array("ijkljklmklmnlmnomnopnopq".utf8))
        #expect(
            pieces.digest().description == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }

    @Test func numbersAreEightBytesWhateverTheProcessor() {
        var number = SHA256()
        number.update(0x0102)
        #expect(number.digest() == SHA256.digest(of: [2, 1, 0, 0, 0, 0, 0, 0]))
    }

    @Test func digestsComeBack() {
        let digest = SHA256.digest(of: [1, 2, 3])
        #expect(SHA256.Digest(digest.description) == digest)
        let text = digest.description
        for other in [
            "", String(text.dropLast()), text + "0", text.uppercased(), "x" + text.dropFirst(), text + "é",
        ] {
            #expect(SHA256.Digest(other) == nil, "\(other)")
        }
    }

    /// Every pixel and every size counts, labels do not.
    @Test func imagesHaveADigest() throws {
        let shape = ImageShape(height: 2, width: 3)
        let pixels: [UInt8] = [0, 1, 2, 3, 4, 5]
        var seen: Set = [try ImageSet(shape: shape, pixels: pixels).digest]
        #expect(try seen.contains(ImageSet(shape: shape, pixels: pixels, labels: [7]).digest))
        for index in pixels.indices {
            var changed = pixels
            changed[index] ^= 0x80
            #expect(try seen.insert(ImageSet(shape: shape, pixels: changed).digest).inserted)
        }
        for shape in [ImageShape(height: 3, width: 2), ImageShape(height: 2, width: 1, channels: 3)] {
            #expect(try seen.insert(ImageSet(shape: shape, pixels: pixels).digest).inserted)
        }
    }
}
