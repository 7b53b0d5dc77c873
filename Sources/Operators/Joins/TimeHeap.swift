/// Something that is due at a time.
protocol Timed {
    /// Milliseconds since the epoch.
    var time: Int64 { get }
}

/// A binary heap, the earliest first.
struct TimeHeap<Element: Timed> {
    private var heap: [Element] = []

    var first: Element? { heap.first }
    var count: Int { heap.count }

    /// O(1) for elements that come in order of time, else O(log `count`).
    mutating func insert(_ element: Element) {
        var index = heap.count
        heap.append(element)
        while index > 0, heap[(index - 1) / 2].time > element.time {
            heap[index] = heap[(index - 1) / 2]
            index = (index - 1) / 2
        }
        heap[index] = element
    }

    /// Takes the earliest element, if it is due at `time`.
    mutating func removeFirst(upTo time: Int64) -> Element? {
        guard let first = heap.first, first.time <= time else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty { sink(last) }
        return first
    }

    /// Puts `element` into the empty place at the top.
    private mutating func sink(_ element: Element) {
        var index = 0
        while 2 * index + 1 < heap.count {
            var child = 2 * index + 1
            if child + 1 < heap.count, heap[child + 1].time < heap[child].time { child += 1 }
            if heap[child].time >= element.time { break }
            heap[index] = heap[child]
            index = child
        }
        heap[index] = element
    }
}
