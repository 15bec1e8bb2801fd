import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Value } from '../src/datom/value.ts'
import { PLAIN_VIEW, type View } from '../src/db/db.ts'
import { comparePlace, compareRows, INDEXES, type Index, type Place } from '../src/db/index-order.ts'
import { mergeDb } from '../src/db/merge.ts'
import { RowsBuilder } from '../src/db/rows.ts'
import { scan } from '../src/db/view.ts'
import { windowsOf } from '../src/db/windows.ts'
import { countingSink, type Fact, FIRST_ENTITY, PastWorld } from './support/past-world.ts'
import { runs } from './support/seeds.ts'

type Said = readonly [e: number, a: number, v: Value, tx: number, added: number]

const EVER = 2 ** 31

/** What a view shows of facts, in any order. */
function shown(facts: readonly Fact[], { asOf = EVER - 1, since = -1, history }: View): Said[] {
  const within = (tx: number): boolean => tx > since && tx <= asOf
  return facts.flatMap(({ e, a, v, from, to = EVER }): Said[] => {
    if (!history) return within(from) && asOf < to ? [[e, a, v, from, 1]] : []
    const asserted: Said[] = within(from) ? [[e, a, v, from, 1]] : []
    return within(to) ? [...asserted, [e, a, v, to, 0]] : asserted
  })
}

/** Those between two places of an index, in its order. */
function between(said: readonly Said[], index: Index, from: Place, to: Place): Said[] {
  const out = new RowsBuilder(false)
  for (const [e, a, v, tx] of said) out.push(e, a, v, tx)
  const rows = out.done()
  const compare = comparePlace[index]
  return said
    .map((one, i) => ({ one, i }))
    .filter(({ i }) => compare(rows, i, from) >= 0 && compare(rows, i, to) < (to.excluded === true ? 0 : 1))
    .sort((x, y) => compareRows[index](rows, x.i, rows, y.i) || x.one[4] - y.one[4])
    .map(({ one }) => one)
}

async function read(found: ReturnType<typeof scan>): Promise<Said[]> {
  await found.load()
  const out: Said[] = []
  for (const { e, a, v, tx, added, start, end } of found.batches()) {
    for (let i = start; i < end; i++) {
      out.push([e[i] as number, a[i] as number, v[i] as Value, tx[i] as number, added?.[i] ?? 1])
    }
  }
  return out
}

const entity = fc.nat(5).map((n) => FIRST_ENTITY + n)
/** Entity, attribute and value by number. */
const say = fc.tuple(entity, fc.nat(4), fc.nat(5))
const moment = fc.double({ min: 0, max: 1, noNaN: true })
const view = fc.record({ asOf: fc.option(moment), since: fc.option(moment), history: fc.boolean() })
const place = fc.record({ say, depth: fc.nat(3), excluded: fc.boolean() })
const ORDERS: Readonly<Record<Index, readonly (keyof Place)[]>> = {
  eavt: ['e', 'a', 'v'],
  aevt: ['a', 'e', 'v'],
  avet: ['a', 'v', 'e'],
  vaet: ['v', 'a', 'e'],
}

describe('the past by blocks of time', () => {
  it.each(['in memory', 'in segments', 'in both'] as const)('is what the database was, %s', async (where) => {
    const begun = await PastWorld.begin()
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(say, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 60 }),
        fc.array(fc.tuple(fc.constantFrom(...INDEXES), place, place, fc.boolean(), view), {
          minLength: 6,
          maxLength: 12,
        }),
        fc.nat(60),
        async (txs, asks, mergedAt) => {
          const world = PastWorld.of(begun)
          const sink = countingSink(4)
          const first = world.tx
          for (const [k, says] of txs.entries()) {
            await world.toggle(says.map(([e, a, n]) => world.fact(e, a, n)))
            const merges = where === 'in segments' ? k === txs.length - 1 : where === 'in both' && k % 60 === mergedAt
            if (merges) world.db = await mergeDb(world.db, sink)
          }
          const at = (part: number | null): number | undefined =>
            part === null ? undefined : first + Math.round(part * (world.tx - first + 1))
          for (const [index, low, high, isRange, { asOf, since, history }] of asks) {
            const seen = { asOf: at(asOf), since: at(since), history }
            const db = { ...world.db, view: { ...PLAIN_VIEW, ...seen } }
            const placeOf = ({ say: [e, a, n], depth }: typeof low): Place => {
              const [, id, v] = world.fact(e, index === 'vaet' ? 3 + (a % 2) : a, n)
              const whole: Place = { e, a: id, v }
              return Object.fromEntries(ORDERS[index].slice(0, depth).map((part) => [part, whole[part]]))
            }
            const from = placeOf(low)
            const to: Place = isRange ? { ...placeOf(high), excluded: high.excluded } : from
            const filed = world.facts.filter(({ a }) => world.isFiled(index, a))
            const wanted = between(shown(filed, seen), index, from, to)
            // what was said before the world began is not its own
            const own = (all: Said[]): Said[] => all.filter(([e]) => e >= FIRST_ENTITY && e < FIRST_ENTITY + 100)
            const found = scan(db, index, from, to)
            expect(own(await read(found))).toEqual(wanted)
            expect(found.count).toBeGreaterThanOrEqual(wanted.length)
            for (const reverse of [false, true]) {
              const pages: Said[][] = []
              for (const page of windowsOf(db, index, [from, to], 1, reverse)) pages.push(await read(page))
              expect(own((reverse ? pages.reverse() : pages).flat())).toEqual(wanted)
            }
          }
        },
      ),
      runs(60),
    )
  })
})
