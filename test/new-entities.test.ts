import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Db, ReadLog } from '../src/db/db.ts'
import { emptyDb } from '../src/db/empty.ts'
import { schemaForms } from '../src/transact/install-schema.ts'
import { transactNew } from '../src/transact/new-entities.ts'
import { transact } from '../src/transact/transact.ts'
import { dbOf, env, outcome, uuid } from './support/deciding.ts'
import { isWhole, runs } from './support/seeds.ts'

const schema = {
  'x/id': { type: 'string', unique: 'identity' },
  'x/number': { type: 'long', unique: 'identity' },
  'x/code': { type: 'uuid', unique: 'value' },
  'x/name': { type: 'string' },
  'x/n': { type: 'long', index: true },
  'x/price': { type: 'bigdec' },
  'x/at': { type: 'instant', index: true },
  'x/kind': { type: 'keyword' },
  'x/color': { type: 'ref', idents: [':red', ':green'] },
  'x/tags': { type: 'string', many: true },
} as const

const VALUES = {
  'x/id': fc.oneof({ weight: 20, arbitrary: fc.string() }, fc.constantFrom('a', 'b', 'y'.repeat(2000))),
  'x/number': fc.oneof({ weight: 9, arbitrary: fc.integer() }, fc.nat(3), fc.constant(1.5)),
  'x/code': fc.oneof({ weight: 9, arbitrary: fc.nat() }, fc.nat(2)).map(uuid),
  'x/name': fc.oneof({ weight: 9, arbitrary: fc.string() }, fc.constantFrom('', '\u0003', '\ud800')),
  'x/n': fc.oneof({ weight: 9, arbitrary: fc.integer() }, fc.constantFrom(-0, 2 ** 60, null)),
  'x/price': fc.constantFrom('1.50', '1.5', 7, 7n),
  'x/at': fc.date({ noInvalidDate: true }),
  'x/kind': fc.oneof({ weight: 9, arbitrary: fc.constantFrom(':a', ':b/c') }, fc.constantFrom('a', { $kw: ':a' })),
  'x/color': fc.oneof({ weight: 20, arbitrary: fc.constantFrom(':red', ':green') }, fc.constantFrom(':blue', 'new', 7)),
  'x/tags': fc.constantFrom('t', ['t', 'u']),
}
/** Maps of a few keys: mostly good ones, so that whole lists of them are. */
const form = fc.record(VALUES, { requiredKeys: [] }).map((map) => {
  const { 'x/tags': tags, ...rest } = map
  return tags === undefined || Object.keys(rest).length > 2 ? rest : map
})
const good = fc.record({
  'x/id': fc.uuid(),
  'x/n': fc.nat(),
  'x/kind': VALUES['x/kind'],
  'x/color': fc.constantFrom(':red', ':green'),
})
const forms = fc.oneof(
  fc.array(fc.oneof({ weight: 30, arbitrary: good }, form), { minLength: 8, maxLength: 30 }),
  fc.array(form, { maxLength: 12 }),
)

const world = async (): Promise<Db> =>
  dbOf([
    ...schemaForms((await emptyDb()).schema, schema),
    [
      { 'x/id': 'a', 'x/number': 1, 'x/code': uuid(1) },
      { 'x/id': 'b', 'x/number': 2, 'x/code': uuid(2) },
    ],
  ])

it('decides maps of new entities as the general way does, whatever they say', async () => {
  const db = await world()
  let short = 0
  await fc.assert(
    fc.asyncProperty(forms, async (said) => {
      const { basisT } = db
      // with ids of an earlier run there is the general way alone
      const general = await outcome(transact(db, said, { ...env(basisT + 1), ids: {} }))
      expect(await outcome(transact(db, said, env(basisT + 1)))).toEqual(general)
      const decided = await transactNew(db, said, env(basisT + 1))
      if (decided === undefined) return
      short++
      expect(general).toMatchObject({ e: [...decided.data.e] })
    }),
    runs(300),
  )
  if (isWhole()) expect(short).toBeGreaterThan(0)
})

it('is seen to look for whom it looks for', async () => {
  const db = await world()
  const seen: unknown[] = []
  const reads: ReadLog = { note: (index, from, to) => seen.push([index, from, from === to]) }
  const said = Array.from({ length: 20 }, (_, i) => ({ 'x/id': `new-${i}`, 'x/n': i }))
  await transact({ ...db, reads }, said, env(db.basisT + 1))
  const { id } = db.schema.attributes.get(db.schema.idents.get(':x/id') as number) as { id: number }
  expect(seen).toEqual(said.map((map) => ['avet', { a: id, v: map['x/id'] }, true]))
})
