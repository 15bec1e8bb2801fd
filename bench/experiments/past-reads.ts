// What does it cost to read an attribute as of a moment, beside reading it now? Twenty thousand facts that have changed fifty times
// each, one fact a transaction (the worst for blocks of time) or all of them, in segments that lie in memory; least times of many.
import { TX_BASE } from '../../src/datom/ids.ts'
import type { SegmentSink } from '../../src/db/base-writer.ts'
import { type Db, noPast, noPresent, PLAIN_VIEW, type Trees } from '../../src/db/db.ts'
import { emptyDb } from '../../src/db/empty.ts'
import type { Index, Place } from '../../src/db/index-order.ts'
import { changeIndex } from '../../src/db/index-tree.ts'
import { mergeDb } from '../../src/db/merge.ts'
import { NO_ROWS, type Rows, RowsBuilder } from '../../src/db/rows.ts'
import { SegmentCache } from '../../src/db/segment-cache.ts'
import { sortRows } from '../../src/db/sort-rows.ts'
import { scan } from '../../src/db/view.ts'
import { below, randomFrom } from '../data/random.ts'

const ENTITIES = 20_000
const CHANGES = 50
const FIRST_ENTITY = 5000
const NUMBER = 1003
const VALUES = 1000
const RUNS = 200

/** When the fact of an entity changed, ascending. */
type Moments = () => number[]

const random = randomFrom(7)
const spread: Moments = () => {
  const times = new Set<number>()
  while (times.size <= CHANGES) times.add(1 + below(random, ENTITIES * CHANGES))
  return [...times].sort((x, y) => x - y)
}
const rounds: Moments = () => Array.from({ length: CHANGES + 1 }, (_, k) => k + 1)

async function makeDb(moments: Moments, sink: SegmentSink): Promise<Db> {
  const present = new RowsBuilder(false)
  const past = new RowsBuilder(true)
  for (let e = FIRST_ENTITY; e < FIRST_ENTITY + ENTITIES; e++) {
    const times = moments().map((t) => TX_BASE + t)
    const last = times.pop() as number
    for (const [k, from] of times.entries()) past.push(e, NUMBER, below(random, VALUES), from, times[k + 1] ?? last)
    present.push(e, NUMBER, below(random, VALUES), last)
  }
  const db = await emptyDb()
  const fill = (trees: Trees, rows: Rows): Trees => {
    const filled = (index: Index) => changeIndex(trees[index], NO_ROWS, sortRows(index, rows))
    return { ...trees, eavt: filled('eavt'), aevt: filled('aevt'), avet: filled('avet') }
  }
  return mergeDb({ ...db, present: fill(noPresent(), present.done()), past: fill(noPast(), past.done()) }, sink)
}

function memorySink(): SegmentSink {
  const stored = new Map<number, Uint8Array>()
  return {
    source: new SegmentCache(async (ids) => ids.map((id) => stored.get(id)), 2 ** 30),
    maxRows: 4096,
    write(bytes) {
      const id = stored.size + 1
      stored.set(id, bytes)
      return id
    },
    breathe: async () => undefined,
  }
}

/** The least time of many, ms, and how many rows there are. */
async function measure(
  db: Db,
  index: Index,
  from: Place,
  to: Place,
): Promise<{ ms: number; rows: number; count: number }> {
  let ms = Number.POSITIVE_INFINITY
  let rows = 0
  let count = 0
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now()
    const found = scan(db, index, from, to)
    const loading = found.load()
    if (loading !== undefined) await loading
    rows = 0
    let sum = 0
    for (const b of found.batches()) {
      rows += b.end - b.start
      for (let i = b.start; i < b.end; i++) sum += b.e[i] as number
    }
    ms = Math.min(ms, performance.now() - start)
    count = found.count
    if (sum < 0) throw new Error('no sum of ids is negative')
  }
  return { ms, rows, count }
}

const QUESTIONS: readonly (readonly [string, Index, Place, Place])[] = [
  ['attribute', 'aevt', { a: NUMBER }, { a: NUMBER }],
  ['a tenth of the values', 'avet', { a: NUMBER, v: 300 }, { a: NUMBER, v: 399 }],
  ['one value', 'avet', { a: NUMBER, v: 500 }, { a: NUMBER, v: 500 }],
  ['one fact', 'aevt', { a: NUMBER, e: FIRST_ENTITY + 77 }, { a: NUMBER, e: FIRST_ENTITY + 77 }],
]

for (const [name, moments] of Object.entries({ spread, rounds })) {
  const db = await makeDb(moments, memorySink())
  const end = moments === rounds ? CHANGES + 1 : ENTITIES * CHANGES
  console.log(`\n## ${name}\n`)
  for (const [what, index, from, to] of QUESTIONS) {
    const now = await measure(db, index, from, to)
    const line = [`${what}: now ${(now.ms * 1000).toFixed(1)} us, ${now.rows} rows`]
    for (const part of [0.999, 0.98, 0.5, 0.05]) {
      const asOf = TX_BASE + Math.floor(end * part)
      const then = await measure({ ...db, view: { ...PLAIN_VIEW, asOf } }, index, from, to)
      line.push(
        `${part}: ${(then.ms * 1000).toFixed(1)} us (${(then.ms / now.ms).toFixed(1)}x), ${then.rows} rows of ${then.count}`,
      )
    }
    console.log(line.join('; '))
  }
}
