// In which order should the past be filed? Lays 200,000 intervals out in several orders, cuts them into real segments, and counts
// the rows and segments that questions touch. What came of it: docs/history-layout.md.
import { TX_BASE } from '../../src/datom/ids.ts'
import { stringValue } from '../../src/datom/read-value.ts'
import type { Value } from '../../src/datom/value.ts'
import type { Index } from '../../src/db/index-order.ts'
import { type Rows, RowsBuilder } from '../../src/db/rows.ts'
import { below, randomFrom } from '../data/random.ts'
import { type Ask, LAYOUTS, LaidOut } from './past-layouts.ts'

const FIRST_ENTITY = 5000
/** A number that changes often, indexed. */
const COUNT = 1003
/** A ref to one of five, that changes as often. */
const STATUS = 1010
const STATUSES = 5
/** A ref to one of 500, that changes seldom. */
const OWNER = 1011
const OWNERS = 500
const FIRST_TARGET = 1100
/** Texts and numbers that change seldom; the first is indexed. */
const SELDOM = [1012, 1013, 1014, 1015, 1016, 1017, 1018, 1019, 1020]

/** A fact that changes often has `often` intervals, one that changes seldom a tenth of that. */
interface World {
  readonly entities: number
  readonly often: number
}
const seldom = ({ often }: World): number => often / 10

interface Past {
  readonly name: string
  readonly rows: Rows
  readonly end: number
}

/** When the `n` changes of one fact happen: one more moment than intervals. */
type Moments = (n: number) => number[]

function makePast(name: string, world: World, end: number, moments: Moments): Past {
  const random = randomFrom(7)
  const out = new RowsBuilder(true)
  const anyValue = (a: number): Value => {
    if (a === COUNT) return below(random, 1000)
    if (a === STATUS) return FIRST_TARGET + below(random, STATUSES)
    if (a === OWNER) return FIRST_TARGET + 100 + below(random, OWNERS)
    return a % 2 === 0 ? stringValue(`name ${below(random, 10_000)}`) : below(random, 100_000)
  }
  for (let e = FIRST_ENTITY; e < FIRST_ENTITY + world.entities; e++) {
    for (const a of [COUNT, STATUS, OWNER, ...SELDOM]) {
      const times = moments(a === COUNT || a === STATUS ? world.often : seldom(world))
      for (let k = 0; k + 1 < times.length; k++) {
        out.push(e, a, anyValue(a), TX_BASE + (times[k] as number), TX_BASE + (times[k + 1] as number))
      }
    }
  }
  return { name, rows: out.done(), end }
}

/** Every transaction changes one fact of one entity, at random. */
function spread(world: World): Past {
  const end = world.entities * (2 * world.often + (1 + SELDOM.length) * seldom(world))
  const random = randomFrom(8)
  const name = `${world.entities} entities x ${world.often} changes, one fact a transaction`
  return makePast(name, world, end, (n) => {
    const times = new Set<number>()
    while (times.size <= n) times.add(1 + below(random, end))
    return [...times].sort((x, y) => x - y)
  })
}

/** Every transaction changes all entities. */
function rounds(world: World): Past {
  const name = `${world.entities} entities x ${world.often} changes, all entities a transaction`
  return makePast(name, world, world.often + 1, (n) =>
    Array.from({ length: n + 1 }, (_, k) => 1 + (k * world.often) / n),
  )
}

const inIndex: Record<Index, (a: number) => boolean> = {
  eavt: () => true,
  aevt: () => true,
  avet: (a) => a === COUNT || a === SELDOM[0],
  vaet: (a) => a === STATUS || a === OWNER,
}

function rowsOf(index: Index, { rows }: Past): Rows {
  const out = new RowsBuilder(true)
  for (let i = 0; i < rows.length; i++) {
    const a = rows.a[i] as number
    if (inIndex[index](a)) out.push(rows.e[i] as number, a, rows.v[i] as Value, rows.tx[i] as number, rows.to?.[i])
  }
  return out.done()
}

interface Question {
  readonly name: string
  readonly index: Index
  /** Asked once for each of these. */
  readonly asks: readonly Ask[]
}
const SAMPLE = Array.from({ length: 25 }, (_, i) => i)
const QUESTIONS: readonly Question[] = [
  { name: 'attribute, changes often', index: 'aevt', asks: [{ a: COUNT }] },
  { name: 'attribute, changes seldom', index: 'aevt', asks: [{ a: SELDOM[3] as number }] },
  {
    name: 'one entity of an attribute',
    index: 'aevt',
    asks: SAMPLE.map((i) => ({ a: COUNT, e: FIRST_ENTITY + i * 19 })),
  },
  { name: 'value', index: 'avet', asks: SAMPLE.map((i) => ({ a: COUNT, v: i * 37 })) },
  { name: 'range of a tenth of the values', index: 'avet', asks: [{ a: COUNT, v: 300, vTo: 399 }] },
  { name: 'ref to one of 5', index: 'vaet', asks: [{ v: FIRST_TARGET + 2, a: STATUS }] },
  { name: 'ref to one of 500', index: 'vaet', asks: SAMPLE.map((i) => ({ v: FIRST_TARGET + 100 + i * 17, a: OWNER })) },
  { name: 'entity', index: 'eavt', asks: SAMPLE.map((i) => ({ e: FIRST_ENTITY + i * 19 })) },
]

const WORLD = { entities: 2000, often: 50 }
for (const past of [spread(WORLD), spread({ entities: 500, often: 200 }), rounds(WORLD)]) report(past)

function report(past: Past): void {
  const laidOut = LAYOUTS.map((layout) => {
    const lay = (index: Index): LaidOut => new LaidOut(index, layout, rowsOf(index, past))
    return { layout, indexes: { eavt: lay('eavt'), aevt: lay('aevt'), avet: lay('avet'), vaet: lay('vaet') } }
  })
  console.log(`\n## ${past.name}: ${past.rows.length} intervals, ${past.end} transactions\n`)
  console.log(`| rows read / segments touched | answers | ${LAYOUTS.map(({ name }) => name).join(' | ')} |`)
  console.log(`| --- | --- |${LAYOUTS.map(() => ' --- |').join('')}`)
  const moments = { old: 0.05, middle: 0.5, recent: 0.98, 'all time': undefined }
  for (const { name, index, asks } of QUESTIONS) {
    for (const [when, part] of Object.entries(moments)) {
      const at = part === undefined ? {} : { at: TX_BASE + Math.round(past.end * part) }
      const costs = laidOut.map(({ indexes }) => asks.map((ask) => indexes[index].cost({ ...ask, ...at })))
      const found = costs.map((list) => mean(list.map((cost) => cost.found)))
      if (found.some((n) => n !== found[0])) throw new Error(`${name}, ${when}: answers differ: ${found}`)
      const cells = costs.map((list) => `${mean(list.map((c) => c.rows))} / ${mean(list.map((c) => c.segments))}`)
      console.log(`| ${name}, ${when} | ${found[0]} | ${cells.join(' | ')} |`)
    }
  }
  for (const index of ['eavt', 'aevt', 'avet', 'vaet'] as const) {
    const all = laidOut.map(({ indexes }) => indexes[index])
    console.log(
      `| ${index}: bytes a row, segments | | ${all.map((x) => `${mean([x.bytes / x.rows.length])}, ${x.cuts.length}`).join(' | ')} |`,
    )
    const since = TX_BASE + Math.round(past.end * 0.99)
    console.log(
      `| ${index}: written again by a merge of the newest hundredth | | ${all.map((x) => x.touchedSince(since)).join(' | ')} |`,
    )
  }
}

function mean(list: readonly number[]): number {
  const average = list.reduce((sum, n) => sum + n, 0) / list.length
  return Math.round(average * 10) / 10
}
