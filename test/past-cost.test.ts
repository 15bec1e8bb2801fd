import { beforeAll, describe, expect, it } from 'vitest'
import { txOfT } from '../src/datom/ids.ts'
import { type Db, noPast, noPresent, PLAIN_VIEW, type Trees } from '../src/db/db.ts'
import { emptyDb } from '../src/db/empty.ts'
import type { Index, Place } from '../src/db/index-order.ts'
import { changeIndex } from '../src/db/index-tree.ts'
import { mergeDb } from '../src/db/merge.ts'
import { NO_ROWS, type Rows, RowsBuilder } from '../src/db/rows.ts'
import { sortRows } from '../src/db/sort-rows.ts'
import { scan } from '../src/db/view.ts'
import { windowsOf } from '../src/db/windows.ts'
import { countingSink, FIRST_ENTITY } from './support/past-world.ts'
import { seededRandom } from './support/simulation/random.ts'

const ENTITIES = 200
/** Filed in all indexes, as though it were a ref that is indexed. */
const A = 1003
const TARGETS = 20
const SEGMENT_ROWS = 128
/** Segments that the present of the attribute lies in. */
const PRESENT = Math.ceil(ENTITIES / SEGMENT_ROWS)

/** What a reader costs: segments, rows that it is told of, rows that it gets. */
interface Cost {
  readonly reads: number
  readonly count: number
  readonly rows: number
}

/** Entities that each have changed so many times, one a transaction, at random. */
class Changed {
  private constructor(
    readonly end: number,
    private readonly db: Db,
    private readonly reads: () => number,
  ) {}

  static async times(changes: number): Promise<Changed> {
    const random = seededRandom(changes)
    const end = ENTITIES * changes
    const present = new RowsBuilder(false)
    const past = new RowsBuilder(true)
    for (let e = FIRST_ENTITY; e < FIRST_ENTITY + ENTITIES; e++) {
      const moments = new Set([txOfT(1)])
      while (moments.size <= changes) moments.add(txOfT(1 + Math.floor(random() * end)))
      const times = [...moments].sort((x, y) => x - y)
      const target = (k: number): number => FIRST_ENTITY + ((e + k) % TARGETS)
      const last = times.pop() as number
      for (const [k, from] of times.entries()) past.push(e, A, target(k), from, times[k + 1] ?? last)
      present.push(e, A, target(changes), last)
    }
    const fill = (trees: Trees, rows: Rows): Trees => {
      const filled = (index: Index) => changeIndex(trees[index], NO_ROWS, sortRows(index, rows))
      return { eavt: filled('eavt'), aevt: filled('aevt'), avet: filled('avet'), vaet: filled('vaet') }
    }
    const sink = countingSink(SEGMENT_ROWS)
    const filled = { present: fill(noPresent(), present.done()), past: fill(noPast(), past.done()) }
    const db = await mergeDb({ ...(await emptyDb()), ...filled }, sink)
    return new Changed(end, db, () => sink.source.reads)
  }

  /** Reads a range as of a share of all time. */
  async asOf(part: number, index: Index, from: Place, to: Place = from): Promise<Cost> {
    return this.cost({ asOf: txOfT(Math.round(this.end * part)) }, (db) => [scan(db, index, from, to)])
  }

  async cost(view: Partial<Db['view']>, scans: (db: Db) => Iterable<ReturnType<typeof scan>>): Promise<Cost> {
    const before = this.reads()
    let rows = 0
    let count = 0
    for (const found of scans({ ...this.db, view: { ...PLAIN_VIEW, ...view } })) {
      await found.load()
      count += found.count
      for (const b of found.batches()) rows += b.end - b.start
    }
    return { reads: this.reads() - before, count, rows }
  }
}

describe('as of a moment in a past of 50 changes a fact', () => {
  let short: Changed
  let long: Changed
  beforeAll(async () => {
    short = await Changed.times(50)
    long = await Changed.times(200)
  }, 60_000)

  it.each([0.5, 0.98])('an attribute is read from a few segments a level (%d of all time)', async (part) => {
    const few = await short.asOf(part, 'aevt', { a: A })
    const more = await long.asOf(part, 'aevt', { a: A })
    expect([few.rows, more.rows]).toEqual([ENTITIES, ENTITIES])
    // all that the attribute ever said lies in 80 segments, and in 320
    expect(few.reads).toBeLessThanOrEqual(PRESENT + 24)
    // four times as long: one level more, with three rows a fact at most, which begin and end within a segment
    expect(more.reads - few.reads).toBeLessThanOrEqual((3 * ENTITIES) / SEGMENT_ROWS + 5)
    expect(few.count).toBeLessThan(16 * ENTITIES)
    expect(more.count - few.count).toBeLessThanOrEqual(4 * ENTITIES)
  })

  it('a value, and what refers to an entity, is read from a segment or two a level', async () => {
    for (const [index, place] of [
      ['avet', { a: A, v: FIRST_ENTITY + 3 }],
      ['vaet', { v: FIRST_ENTITY + 3, a: A }],
    ] as const) {
      const few = await short.asOf(0.5, index, place)
      const more = await long.asOf(0.5, index, place)
      expect(few.rows).toBeGreaterThan(0)
      expect(few.reads).toBeLessThanOrEqual(12)
      expect(more.reads).toBeLessThanOrEqual(few.reads + 3)
    }
  })

  it('one fact is read from two segments, however long the past', async () => {
    const place = { a: A, e: FIRST_ENTITY + 77 }
    for (const world of [short, long]) {
      for (const [index, at] of [
        ['aevt', place],
        ['eavt', { e: place.e, a: A }],
      ] as const) {
        const { reads, rows } = await world.asOf(0.5, index, at)
        expect(rows).toBe(1)
        expect(reads).toBeLessThanOrEqual(3)
      }
    }
  })

  it('nothing of the past is read where an attribute has none', async () => {
    expect((await short.asOf(0.5, 'aevt', { a: A + 1 })).reads).toBeLessThanOrEqual(1)
  })

  it('a page of the history of an attribute reads the entities on it', async () => {
    const page = await short.cost({ history: true }, function* (db) {
      const [first] = windowsOf(db, 'aevt', [{ a: A }, { a: A }], 5, false)
      if (first !== undefined) yield first
    })
    const all = await short.cost({ history: true }, (db) => [scan(db, 'aevt', { a: A })])
    expect(all.rows).toBe(ENTITIES * 101)
    expect(page.rows).toBeGreaterThan(5)
    expect(page.reads).toBeLessThan(all.reads)
  })
})
