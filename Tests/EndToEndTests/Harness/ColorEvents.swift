/// One event of the drills: what `color-counts` reads.
struct ColorEvent {
    let color: String
    /// In quarters, so that a DOUBLE holds it exactly; nil is JSON null.
    let weight: Double?
    let timestamp: Int

    /// The line that kcat writes in one of the drills' forms; see ``line``.
    func line(in form: RecordForm) -> String {
        guard form != .json else { return line }
        let number = weight.map { "\($0)" } ?? ""
        return color.lowercased() + "\t\(color),\(number),\(timestamp)\n"
    }

    /// The line that kcat writes: the key, a tab, the value. Events of a colour share a key and so a
    /// partition: their order is known.
    var line: String {
        let number = weight.map { "\($0)" } ?? "null"
        let value = "{\"color\":\"\(color)\",\"weight\":\(number),\"ts\":\(timestamp)}"
        return color.lowercased() + "\t" + value + "\n"
    }

    /// `count` events, the same for the same seed: seven colours in mixed case, grey among them,
    /// and now and then a weight that is null or not positive.
    static func make(count: Int, seed: UInt64) -> [ColorEvent] {
        var random = SplitMix64(seed: seed)
        let colors = ["red", "GREEN", "Blue", "orange", "Violet", "black", "grey"]
        return (0..<count).map { index in
            let weight: Double? =
                switch random.next() % 16 {
                case 0: nil
                case 1: -1.5
                case 2: 0
                default: Double(random.next() % 4000) / 4 + 0.25
                }
            return ColorEvent(
                color: colors[Int(random.next() % 7)], weight: weight, timestamp: 1000 + index)
        }
    }
}

/// What the records of a drill look like.
enum RecordForm: String {
    /// Objects in, objects out.
    case json
    /// `format: csv` on both sides.
    case csv
    /// `format: string` in, taken apart by functions; CSV out.
    case string
}

/// Sebastiano Vigna's splitmix64: a small generator whose whole state is its seed.
struct SplitMix64 {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
