import { type Across, type AcrossRow, type AcrossRows, asRows } from './across.ts'
import { acrossRows } from './across-rows.ts'
import type { RawAnswer, RawQuestion } from './raw-worker.ts'

/** One question at a time, as the benchmark asks them. */
function start(): { ask(question: RawQuestion): Promise<RawAnswer> } {
  const worker = new Worker(new URL('./raw-worker.ts', import.meta.url), { type: 'module' })
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<RawAnswer>) => resolve(data)
        worker.onerror = (event) => reject(new Error(event.message))
        worker.postMessage(question)
      }),
  }
}

function rawAcross(kind: 'columns' | 'json', read: (answer: RawAnswer) => AcrossRows): Across {
  const { ask } = start()
  return {
    open: async (items) => void (await ask({ kind: 'rows', rows: acrossRows(items) })),
    small: async (sku) => (await ask({ kind: 'count', sku })).count,
    large: async () => read(await ask({ kind })),
  }
}

export const columns: Across = lazily(() =>
  rawAcross('columns', ({ numbers = [], ends }) => ({
    length: ends?.length ?? 0,
    countAt: (row) => numbers[2]?.[row],
  })),
)

export const json: Across = lazily(() =>
  rawAcross('json', ({ text = '[]' }) => asRows(JSON.parse(text) as AcrossRow[])),
)

/** Starts its worker when it is opened. */
function lazily(make: () => Across): Across {
  let made: Across | undefined
  const started = (): Across => {
    made ??= make()
    return made
  }
  return {
    open: (items) => started().open(items),
    small: (sku) => started().small(sku),
    large: () => started().large(),
  }
}
