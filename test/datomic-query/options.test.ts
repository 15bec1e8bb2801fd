import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { music, refusal } from './music.ts'

let world: Awaited<ReturnType<typeof music>>
beforeAll(async () => {
  world = await music()
})
afterAll(() => world.conn.close())

const names = '[:find [?n ...] :where [_ :artist/name ?n]]'

describe('options of a query or a pull', () => {
  it.each<[string, object, RegExp]>([
    ['of another name', { maxrows: 5 }, /no option maxrows; there are signal, timeout, maxRows/],
    ['that are Datomic’s', { limit: 5 }, /no option limit/],
    ['that are no numbers', { timeout: '5' }, /timeout wants a number from 0/],
    ['below 0', { maxRows: -1 }, /maxRows wants a number from 0/],
    ['whose signal is none', { signal: new AbortController() }, /an AbortSignal/],
  ])('are refused: %s', async (_, options, message) => {
    const db = world.conn.db()
    const wanted = { code: 'db/bad-option', message: expect.stringMatching(message) }
    expect(await refusal(db.q(names, [], options))).toMatchObject(wanted)
    expect(await refusal(db.explain(names, [], options))).toMatchObject(wanted)
    expect(await refusal(db.pull(['artist/name'], world.ids.carl, options))).toMatchObject(wanted)
    expect(await refusal(db.pullMany(['artist/name'], [world.ids.carl], options))).toMatchObject(wanted)
    expect(() => world.conn.live(names, [], options)).toThrow(expect.objectContaining(wanted))
  })

  it('hold for what the query pulls as well', async () => {
    const releases = '[:find [(pull ?r [*]) ...] :where [?r :release/name]]'
    const { code } = await refusal(world.conn.db().q(releases, [], { maxRows: 5 }))
    expect(code).toBe('query/too-many-rows')
    expect(await world.conn.db().q(releases, [], { maxRows: 100 })).toHaveLength(3)
    expect(await world.conn.db().pull(['release/name'], world.ids.carl, { maxRows: 1 })).toBeUndefined()
  })

  it('are refused of nobody as well', async () => {
    const db = world.conn.db()
    expect(await db.pull(['artist/name'], ':no/body')).toBeUndefined()
    expect(await refusal(db.pull(['artist/name'], ':no/body', { maxrows: 5 } as object))).toMatchObject({
      code: 'db/bad-option',
    })
    expect(await refusal(db.pull('[:artist/nam]', ':no/body'))).toMatchObject({ code: 'pull/unknown-attribute' })
  })

  it('may be there without a value', async () => {
    const options = { timeout: undefined, maxRows: undefined, signal: undefined } as object
    expect(await world.conn.db().q(names, [], options)).toHaveLength(3)
  })
})
