internal import StreamAPI
internal import StreamCore

/// What is done with an accumulator's kernel, whichever it is: one dynamic choice a pass.
protocol KernelTask {
    func perform<Kernel: AccumulatorKernel>(_ kernel: Kernel)
}

extension Accumulator {
    /// Adds the pass's rows. Nothing overflows: the caller has made sure (``isSafe(_:_:)``).
    func run(_ pass: AccumulatorPass, _ state: any KeyedStateBackend, _ arena: ByteArena) {
        perform(UpdateTask(pass: pass), state, arena)
    }

    /// Writes the results of some keys to rows `0 ..< count` of `result`.
    func finish(
        _ slots: UnsafePointer<StateSlot>, _ count: Int, into result: Column,
        _ state: any KeyedStateBackend, _ arena: ByteArena
    ) {
        perform(FinishTask(slots: slots, count: count, result: result), state, arena)
    }

    func perform(
        _ task: some KernelTask, _ state: any KeyedStateBackend, _ arena: ByteArena
    ) {
        switch kind {
        case .count: task.perform(CountKernel(word: word))
        case .sum: performSum(task)
        case .average: performAverage(task)
        case .least: performChoice(task, Least.self, state, arena)
        case .greatest: performChoice(task, Greatest.self, state, arena)
        case .first: performChoice(task, First.self, state, arena)
        case .last: performChoice(task, Last.self, state, arena)
        case .variance(let isSample, let isRoot):
            performVariance(task, isSample: isSample, isRoot: isRoot)
        case .list(let separator, let isArray):
            task.perform(
                ListKernel(
                    word: word, separator: separator, isArray: isArray, state: state,
                    arena: arena))
        }
    }

    private func performSum(_ task: some KernelTask) {
        switch input {
        case .float64: task.perform(SumKernel<Double>(word: word, flag: flag))
        case .int128: task.perform(SumKernel<Int128>(word: word, flag: flag))
        default: task.perform(SumKernel<Int64>(word: word, flag: flag))
        }
    }

    private func performAverage(_ task: some KernelTask) {
        switch input {
        case .float64: task.perform(AverageKernel<Double>(word: word, factor: factor))
        case .int128: task.perform(AverageKernel<Int128>(word: word, factor: factor))
        default: task.perform(AverageKernel<Int64>(word: word, factor: factor))
        }
    }

    private func performVariance(_ task: some KernelTask, isSample: Bool, isRoot: Bool) {
        func perform<Input: Measurable>(_: Input.Type) {
            task.perform(
                VarianceKernel<Input>(
                    word: word, divisor: divisor, isSample: isSample, isRoot: isRoot))
        }
        switch input {
        case .float64: perform(Double.self)
        case .int128: perform(Int128.self)
        default: perform(Int64.self)
        }
    }

    private func performChoice<Rule: Choice>(
        _ task: some KernelTask, _: Rule.Type, _ state: any KeyedStateBackend, _ arena: ByteArena
    ) {
        switch input {
        case .bool8: task.perform(ChoiceKernel<UInt8, Rule>(word: word, flag: flag))
        case .int64: task.perform(ChoiceKernel<Int64, Rule>(word: word, flag: flag))
        case .float64: task.perform(ChoiceKernel<Double, Rule>(word: word, flag: flag))
        case .int128: task.perform(ChoiceKernel<Int128, Rule>(word: word, flag: flag))
        case .slice:
            task.perform(BytesChoiceKernel<Rule>(word: word, state: state, arena: arena))
        }
    }
}

private struct UpdateTask: KernelTask {
    let pass: AccumulatorPass
    func perform<Kernel: AccumulatorKernel>(_ kernel: Kernel) { pass.update(kernel) }
}

private struct FinishTask: KernelTask {
    let slots: UnsafePointer<StateSlot>
    let count: Int
    let result: Column

    // hot
    func perform<Kernel: AccumulatorKernel>(_ kernel: Kernel) {
        let values = result.values.assumingMemoryBound(to: Kernel.Value.self)
        let validity = result.validity
        var valueCount = 0
        for index in 0..<count {
            let words = slots[index]
            let hasValue = kernel.hasValue(words)
            if hasValue { values[index] = kernel.value(words) }
            validity[index] = hasValue ? 1 : 0
            valueCount &+= hasValue ? 1 : 0
        }
        result.hasNulls = valueCount < count
    }
}
