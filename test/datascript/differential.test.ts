// @ts-expect-error DataScript brings no types
import datascript from 'datascript'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Connection, isAnnalsError, memory, open, type SchemaDef } from '../../src/engine.ts'
import { isWhole, runs } from '../support/seeds.ts'

/*
 * The same random transactions in annals and in DataScript, where both mean the same: one form speaks of one entity, because
 * DataScript applies forms in order and annals all at once (docs/differences.md). Entities are compared by what stands for what.
 */
interface DataScript {
  create_conn(schema: object): object
  db(conn: object): object
  transact(conn: object, forms: readonly unknown[]): { readonly tempids: Readonly<Record<string, number>> }
  datoms(db: object, index: string): readonly { readonly e: number; readonly a: string; readonly v: unknown }[]
}
const d: DataScript = datascript

const schema: SchemaDef = {
  'm/id': { type: 'string', unique: 'identity' },
  'm/code': { type: 'string', unique: 'value' },
  'm/no': { type: 'long', unique: 'identity' },
  'm/n': { type: 'long' },
  'm/tags': { type: 'string', many: true },
  'm/peer': { type: 'ref' },
  'm/peers': { type: 'ref', many: true },
  'm/part': { type: 'ref', component: true },
  'm/parts': { type: 'ref', many: true, component: true },
}
const theirSchema = Object.fromEntries(
  Object.entries(schema).map(([name, def]) => [
    name,
    {
      ...(def.unique && { ':db/unique': `:db.unique/${def.unique}` }),
      ...(def.many && { ':db/cardinality': ':db.cardinality/many' }),
      ...(def.type === 'ref' && { ':db/valueType': ':db.type/ref' }),
      ...(def.component && { ':db/isComponent': true }),
    },
  ]),
)
const REFS = Object.keys(schema).filter((name) => schema[name]?.type === 'ref')

const id = fc.constantFrom('a', 'b', 'c', 'd')
const small = fc.nat(2)
const word = fc.constantFrom('x', 'y')
/** The n-th that there is. */
const known = fc.nat(9).map(($entity) => ({ $entity }))
/** Or by a lookup ref, which would show DataScript what the very transaction says: not where more than one thing is said. */
const entity = fc.oneof(
  { weight: 4, arbitrary: id.map((v) => ['m/id', v]) },
  { weight: 1, arbitrary: small.map((v) => ['m/no', v]) },
  { weight: 1, arbitrary: word.map((v) => ['m/code', v]) },
  { weight: 3, arbitrary: known },
)
const plainEntries = {
  'm/code': word,
  'm/no': small,
  'm/n': small,
  'm/tags': fc.uniqueArray(word, { minLength: 1 }),
  'm/peer': known,
  'm/peers': fc.array(known, { minLength: 1, maxLength: 2 }),
  'm/_peers': known,
  'm/_peer': known,
  'm/_parts': known,
}
/** `name`: its tempid, which tells both databases' entities apart. */
const mapOf = (name: string, depth: number): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .record(
      {
        ...plainEntries,
        'm/id': id,
        ...(depth > 0 && {
          'm/part': mapOf(`${name}p`, depth - 1),
          'm/parts': fc.tuple(mapOf(`${name}q`, depth - 1), mapOf(`${name}r`, 0)),
        }),
      },
      { requiredKeys: [] },
    )
    .map((entries) => {
      const few = Object.entries(entries).slice(0, 3)
      return { ':db/id': name, ...Object.fromEntries(few.length > 0 ? few : [['m/n', 0]]) }
    })
const upsert = fc.tuple(id, mapOf('t', 2), fc.boolean()).map(([v, map, named]) => (named ? { ...map, 'm/id': v } : map))
const twins = fc
  .tuple(id, small, word)
  .map(([v, n, tag]) => [
    { ':db/id': 't', 'm/id': v, 'm/n': n },
    [':db/add', 'u', 'm/tags', tag],
    [':db/add', 'u', 'm/id', v],
  ])
const value: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  ...plainEntries,
  'm/tags': word,
  'm/peer': entity,
  'm/peers': entity,
}
const names = ['m/code', 'm/no', 'm/n', 'm/tags', 'm/peer', 'm/peers']
const fact = fc.constantFrom(...names).chain((a) => fc.tuple(fc.constant(a), value[a] as fc.Arbitrary<unknown>))
const transactions: fc.Arbitrary<readonly unknown[]> = fc.oneof(
  { weight: 8, arbitrary: upsert.map((form) => [form]) },
  { weight: 2, arbitrary: twins },
  { weight: 3, arbitrary: fc.tuple(entity, fact).map(([e, [a, v]]) => [[':db/add', e, a, v]]) },
  { weight: 3, arbitrary: fc.tuple(entity, fact).map(([e, [a, v]]) => [[':db/retract', e, a, v]]) },
  { weight: 2, arbitrary: fc.tuple(entity, fact).map(([e, [a]]) => [[':db/retract', e, a]]) },
  { weight: 2, arbitrary: entity.map((e) => [[':db/retractEntity', e]]) },
  {
    weight: 3,
    arbitrary: fc.tuple(entity, fc.option(small), small).map(([e, old, n]) => [[':db/cas', e, 'm/n', old, n]]),
  },
)

/** Both databases, and which entity of ours is which of theirs. */
class Both {
  private readonly theirs = d.create_conn(theirSchema)
  private readonly met = new Map<number, number>()
  constructor(private readonly ours: Connection) {}

  /** Whether both accepted it; they always agree. */
  async transact(forms: readonly unknown[]): Promise<boolean> {
    const mine = [...this.met.keys()]
    const place = (x: unknown, is: (e: number) => number | undefined): unknown => {
      if (Array.isArray(x)) return x.map((y) => place(y, is))
      if (typeof x !== 'object' || x === null) return x
      if ('$entity' in x)
        return mine.length === 0 ? ['m/id', 'nobody'] : is(mine[(x.$entity as number) % mine.length] as number)
      return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, place(v, is)]))
    }
    const report = await this.ours.transact(place(forms, (e) => e) as unknown[]).catch((e: unknown) => e)
    let tempids: Readonly<Record<string, number>> | undefined
    let reason: unknown
    try {
      tempids = d.transact(this.theirs, place(forms, (e) => this.met.get(e)) as unknown[]).tempids
    } catch (e) {
      reason = e
    }
    const shown = JSON.stringify(forms)
    const retracts = String((forms[0] as unknown[])[0]).startsWith(':db/retract')
    if (retracts && isAnnalsError(report, 'entity/unknown')) {
      await this.compare() // DataScript takes nobody's retraction for done
      return false
    }
    if (isAnnalsError(report)) {
      expect(tempids, `only annals refuses ${shown}: ${report.message}`).toBeUndefined()
      return false
    }
    expect(tempids, `only DataScript refuses ${shown}: ${reason}`).toBeDefined()
    for (const [name, e] of Object.entries((report as { tempids: Record<string, number> }).tempids)) {
      const their = tempids?.[name] as number
      expect(this.met.get(e) ?? their).toBe(their)
      this.met.set(e, their)
    }
    await this.compare()
    return true
  }

  private async compare(): Promise<void> {
    const idents = new Map<number, string>()
    for (const name of Object.keys(schema)) idents.set((await this.ours.db().entid(`:${name}`)) as number, name)
    const mine: string[] = []
    for (const { e, a, v } of await this.ours.db().datoms('eavt')) {
      const name = idents.get(a)
      if (name === undefined) continue
      mine.push(JSON.stringify([this.met.get(e), name, REFS.includes(name) ? this.met.get(v as number) : v]))
    }
    const theirs = d.datoms(d.db(this.theirs), ':eavt').map((x) => JSON.stringify([x.e, x.a, x.v]))
    expect(mine.sort()).toEqual(theirs.sort())
  }
}

it('transactions come to the same facts, and the same ones are refused', async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(fc.array(transactions, { minLength: 3, maxLength: 12 }), async (history) => {
      const conn = await open('both', { storage: memory(), schema })
      const both = new Both(conn)
      for (const forms of history) if (await both.transact(forms)) accepted++
      await conn.close()
    }),
    runs(150),
  )
  if (isWhole()) expect(accepted).toBeGreaterThan(450)
})
