import { afterEach, describe, expect, it } from 'vitest'
import type { SchemaDef } from '../src/api/schema.ts'
import { alone, type Lead } from '../src/engine/lead.ts'
import { type Connection, memory, open } from '../src/engine.ts'

let conn: Connection | undefined
afterEach(() => conn?.close())

const BEFORE = {
  'a/one': { type: 'long' },
  'a/many': { type: 'string', many: true },
  'a/pair': { type: 'tuple', tupleTypes: ['string', 'long'] },
  'a/run': { type: 'tuple', tupleType: 'long' },
  'a/left': { type: 'long' },
  'a/right': { type: 'long' },
  'a/both': { type: 'tuple', tupleAttrs: ['a/left', 'a/right'] },
} as const satisfies SchemaDef

/** Opens a database that was made with {@link BEFORE} and these facts, with another schema in the code. */
async function reopen(schema: SchemaDef, facts: readonly unknown[] = []): Promise<Connection> {
  const storage = memory()
  const first = await open('compare', { storage, schema: BEFORE })
  if (facts.length > 0) await first.transact(facts)
  await first.close()
  conn = await open('compare', { storage, schema })
  return conn
}

describe('the schema of the code against that of the database', () => {
  it('installs what is missing, says nothing when nothing is, and keeps what the code does not know', async () => {
    const same = await reopen(BEFORE)
    expect(same.db().basisT).toBe(2)
    await same.close()
    const more = await reopen({ 'a/new': { type: 'ref', idents: [':red'] } }, [{ 'a/one': 1 }])
    expect(await more.db().entid(':red')).toBeDefined()
    expect(await more.db().q('[:find ?n . :where [_ :a/one ?n]]')).toBe(1)
  })

  it('takes what loses nothing', async () => {
    const wider = { 'a/one': { type: 'long', many: true, index: true, unique: 'value' } } as const
    const db = (await reopen(wider, [{ 'a/one': 1 }])).db()
    expect((await db.datoms('avet', 'a/one')).map((d) => d.v)).toEqual([1])
  })

  it.each<[string, SchemaDef]>([
    ['another type', { 'a/one': { type: 'string' } }],
    ['many narrowed to one', { 'a/many': { type: 'string' } }],
    ['other member types', { 'a/pair': { type: 'tuple', tupleTypes: ['string', 'string'] } }],
    ['another kind of tuple', { 'a/run': { type: 'tuple', tupleTypes: ['long', 'long'] } }],
    ['another type of all members', { 'a/run': { type: 'tuple', tupleType: 'string' } }],
    ['another order of members', { 'a/both': { type: 'tuple', tupleAttrs: ['a/right', 'a/left'] } }],
  ])('is refused for %s, naming both sides', async (_, schema) => {
    await expect(reopen(schema)).rejects.toMatchObject({
      code: 'schema/mismatch',
      data: { attribute: expect.any(String), database: expect.any(Object), code: expect.any(Object) },
    })
  })

  it('leaves nothing at work behind when it is refused', async () => {
    let leading = 0
    const lead: Lead = (work) => {
      leading++
      const resign = alone(work)
      return async () => {
        await resign()
        leading--
      }
    }
    const storage = memory()
    await (await open('compare', { storage, schema: BEFORE, indexing: { lead } })).close()
    const refused = open('compare', { storage, schema: { 'a/one': { type: 'string' } }, indexing: { lead } })
    await expect(refused).rejects.toMatchObject({ code: 'schema/mismatch' })
    expect(leading).toBe(0)
  })

  it('is refused where the facts there are not unique', async () => {
    const unique = { 'a/one': { type: 'long', unique: 'identity' } } as const
    await expect(reopen(unique, [{ 'a/one': 1 }, { 'a/one': 1 }])).rejects.toMatchObject({ code: 'schema/in-use' })
  })

  it('knows an attribute by a name that it had', async () => {
    const renamed = await reopen(BEFORE, [{ 'db/id': ':a/one', 'db/ident': ':a/first' }])
    expect(renamed.db().basisT).toBe(3)
  })
})
