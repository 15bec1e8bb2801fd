import { expect, it } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { createSyncHandler, type SyncHandlerOptions } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { speaker } from './support/speaker.ts'
import { client, quiet, SCHEMA, TestServer } from './support/sync-world.ts'

type Validate = NonNullable<SyncHandlerOptions['validate']>

const saysBad: (act: () => void | Promise<void>) => Validate =
  (act) =>
  ({ txData }) =>
    txData.some(({ v }) => v === 'BAD') ? act() : undefined

/** What becomes of a bad transaction between two good ones. */
async function pushed(validate: Validate) {
  const handler = createSyncHandler({ storage: memoryRemote(), validate, validateMs: 20, onError: () => undefined })
  const s = await speaker(handler)
  const entries = [SCHEMA, [{ 'inv/sku': 'BAD' }], [{ 'inv/sku': 'S2' }]].map((forms) => s.entry(forms))
  return { entries, s, push: () => s.push(entries) }
}

it.each<[string, () => void | Promise<void>, string]>([
  ['that never answers', () => new Promise(() => undefined), 'took longer than 20 ms'],
  ['that rejects', () => Promise.reject(new Error('not today')), 'not today'],
  ['that throws no error', () => Promise.reject('no'), 'refuses it: no'],
  ['that throws undefined', () => Promise.reject(undefined), 'refuses it: undefined'],
  [
    'that speaks of a function',
    () => Promise.reject(new AnnalsError('tx/unknown-function', 'no such rule', {})),
    'no such rule',
  ],
])('a validation %s refuses the transaction, and no other', async (_, act, message) => {
  const { push } = await pushed(saysBad(act))
  expect(await push()).toMatchObject({
    outcomes: [
      { status: 'confirmed', t: 1 },
      { status: 'rejected', code: 'tx/refused', message: expect.stringContaining(message) },
      { status: 'confirmed', t: 2 },
    ],
  })
})

it.each(['sync/unauthorized', 'sync/malformed', 'tx/forbidden'] as const)('its own code is kept: %s', async (code) => {
  const { push } = await pushed(
    saysBad(() => {
      throw new AnnalsError(code, 'not you', { who: 'ann' })
    }),
  )
  expect(await push()).toMatchObject({
    outcomes: [{ t: 1 }, { status: 'rejected', code, facts: { who: 'ann' } }, { t: 2 }],
  })
})

it('one that cannot ask its own storage decides nothing: the push is sent again', async () => {
  let fails = true
  const { push } = await pushed(
    saysBad(() => {
      if (fails) throw new AnnalsError('storage/unavailable', 'the list of the banned cannot be read', {})
    }),
  )
  await expect(push()).rejects.toMatchObject({ status: 503 })
  fails = false
  expect(await push()).toMatchObject({ outcomes: [{ t: 1 }, { t: 2 }, { t: 3 }] })
})

it('a call that is refused for what it asks of sync does not take along those beside it', async () => {
  const c = await client(new TestServer())
  await c.conn.transact(SCHEMA)
  await quiet(c)
  const unknown = crypto.randomUUID()
  const [good, bad] = await Promise.allSettled([c.conn.transact([{ 'inv/sku': 'S1' }]), c.conn.sync.retry(unknown)])
  expect(good.status).toBe('fulfilled')
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'sync/not-rejected' } })
  await c.conn.close()
})

it.each([Number.POSITIVE_INFINITY, Number.NaN, 0, 1.5, 2 ** 31])(
  'is given no time that no timer has: %s ms',
  (validateMs) => {
    expect(() => createSyncHandler({ storage: memoryRemote(), validateMs })).toThrow(TypeError)
  },
)

it('what is too large to be pushed is refused at once, and holds up nothing', async () => {
  const c = await client(new TestServer())
  await c.conn.transact([
    { 'db/ident': ':x', 'db/valueType': ':db.type/long', 'db/cardinality': ':db.cardinality/one' },
  ])
  const many = (n: number) => c.conn.transact(Array.from({ length: n }, () => ({ x: 1 })))
  await expect(many(65_000)).rejects.toMatchObject({ code: 'tx/too-large' })
  await many(1000)
  expect((await quiet(c)).t).toBe(2)
  await c.conn.close()
})

it('the names that a function gives to new entities count as well', async () => {
  const make = (_db: unknown, n: number) =>
    Array.from({ length: n }, () => ({ 'db/id': crypto.randomUUID(), 'inv/count': 1 }))
  const functions = { make } as never
  const c = await client(new TestServer(undefined, { functions }), { functions })
  await c.conn.transact(SCHEMA)
  await expect(c.conn.transact([[':make', 25_000]])).rejects.toMatchObject({ code: 'tx/too-large' })
  await c.conn.transact([[':make', 10]])
  expect((await quiet(c)).t).toBe(2)
  await c.conn.close()
})
