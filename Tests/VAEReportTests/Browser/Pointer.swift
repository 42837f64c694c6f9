/// Hands and fingers: the Actions of WebDriver, which the browser handles as it handles a person's.
struct Pointer {
    enum Kind: String {
        case mouse, touch
    }

    let driver: WebDriver
    var kind = Kind.mouse

    /// A place inside an element, as shares of its width and height.
    struct Spot {
        let selector: String
        let x: Double
        let y: Double

        init(_ selector: String, _ x: Double = 0.5, _ y: Double = 0.5) {
            (self.selector, self.x, self.y) = (selector, x, y)
        }
    }

    func move(to spot: Spot) async throws { try await perform([try await step(spot)]) }

    func click(_ spot: Spot) async throws {
        try await perform([
            try await step(spot), ["type": "pointerDown", "button": 0], ["type": "pointerUp", "button": 0],
        ])
    }

    /// Presses at the first spot, moves over the others and lets go at the last.
    func drag(_ spots: [Spot]) async throws {
        var actions: [JSON] = [try await step(spots[0]), ["type": "pointerDown", "button": 0]]
        for spot in spots.dropFirst() { actions.append(try await step(spot, milliseconds: 40)) }
        try await perform(actions + [["type": "pointerUp", "button": 0]])
    }

    private func step(_ spot: Spot, milliseconds: Int = 0) async throws -> JSON {
        // The page may still scroll; only a place that stays where it is can be pointed at.
        var place = JSON.null
        while true {
            let next = try await driver.run(
                """
                const element = document.querySelector(arguments[0]);
                let box = element.getBoundingClientRect();
                if (box.top < 0 || box.bottom > innerHeight) {
                  element.scrollIntoView({ block: 'center', behavior: 'instant' });
                  box = element.getBoundingClientRect();
                }
                return [Math.round(box.left + arguments[1] * box.width), Math.round(box.top + arguments[2] * box.height)];
                """, .text(spot.selector), .number(spot.x), .number(spot.y))
            if next == place { break }
            place = next
            try await Task.sleep(for: .milliseconds(40))
        }
        guard let numbers = place.numbers, numbers.count == 2 else {
            throw WebDriver.Failure(description: "no place \(spot): \(place)")
        }
        return [
            "type": "pointerMove", "duration": .number(Double(milliseconds)), "x": .number(numbers[0]),
            "y": .number(numbers[1]), "origin": "viewport",
        ]
    }

    private func perform(_ actions: [JSON]) async throws {
        let source: JSON = [
            "type": "pointer", "id": .text(kind.rawValue),
            "parameters": ["pointerType": .text(kind.rawValue)],
            "actions": .list(actions),
        ]
        try await driver.call("POST", "actions", ["actions": [source]])
    }
}

/// Keys of a real keyboard.
struct Keyboard {
    let driver: WebDriver

    /// The private-use characters by which WebDriver names keys.
    enum Key: String {
        case escape = "\u{E00C}", enter = "\u{E007}", home = "\u{E011}", left = "\u{E012}", up = "\u{E013}"
        case right = "\u{E014}", down = "\u{E015}", tab = "\u{E004}", shift = "\u{E008}"
    }

    func press(_ key: Key, shift: Bool = false) async throws { try await press(key.rawValue, shift: shift) }

    func press(_ key: String, shift: Bool = false) async throws {
        var actions: [JSON] = [
            ["type": "keyDown", "value": .text(key)], ["type": "keyUp", "value": .text(key)],
        ]
        if shift {
            actions = [["type": "keyDown", "value": .text(Key.shift.rawValue)]] + actions
            actions += [["type": "keyUp", "value": .text(Key.shift.rawValue)]]
        }
        try await driver.call(
            "POST", "actions", ["actions": [["type": "key", "id": "keys", "actions": .list(actions)]]])
    }
}
