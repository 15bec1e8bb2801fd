import { beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../src/api/connection.ts'
import { memory, open } from '../src/engine.ts'

let conn: Connection
beforeAll(async () => {
  conn = await open('shop', { storage: memory(), schema: { 'inv/sku': { type: 'string', unique: 'identity' } } })
})

/** What was written by mistake, as an application without types would. */
const wrong = (options: unknown): never => options as never
const first = async (log: AsyncIterable<unknown>): Promise<unknown> => log[Symbol.asyncIterator]().next()

describe('a call refuses', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['a misspelt option of transact', () => conn.transact([], wrong({ ifbasis: 3 }))],
    ['an option that only the library has', () => conn.transact([], wrong({ schema: true }))],
    ['a misspelt option of undo', () => conn.undo(1, wrong({ strct: true }))],
    ['a misspelt option of excise', () => conn.excise(1, wrong({ attributes: ['inv/sku'] }))],
    ['a misspelt option of log', () => first(conn.log(wrong({ since: 3 })))],
    ['null for options of transact', () => conn.transact([], wrong(null))],
    ['null for options of undo', () => conn.undo(1, wrong(null))],
    ['null for options of log', () => first(conn.log(wrong(null)))],
    ['a text for options', () => conn.transact([], wrong('strict'))],
    ['a misspelt option of export', async () => conn.export(wrong({ sinc: 3 }))],
    ['a misspelt option of syncTo', () => conn.syncTo(0, wrong({ timeou: 3 }))],
    ['a misspelt option of import', () => conn.import([], wrong({ onprogress: 3 }))],
    ['a misspelt option of indexRange', () => conn.db().indexRange('inv/sku', 'a', 'b', wrong({ limt: 3 }))],
    [
      'a misspelt option of indexPull',
      () => conn.db().indexPull(wrong({ index: 'avet', start: ['inv/sku'], patern: [] })),
    ],
    ['null for options of export', async () => conn.export(wrong(null))],
    ['null for options of syncTo', () => conn.syncTo(0, wrong(null))],
    ['null for options of import', () => conn.import([], wrong(null))],
    ['null for options of indexRange', () => conn.db().indexRange('inv/sku', 'a', 'b', wrong(null))],
    ['null for an indexPull', () => conn.db().indexPull(wrong(null))],
    ['no start of an indexPull', () => conn.db().indexPull(wrong({ index: 'avet', pattern: ['inv/sku'] }))],
    ['null for options of live', async () => conn.live('[:find ?e :where [?e :inv/sku]]', [], wrong(null))],
    ['no migrations', () => conn.migrate(wrong(null))],
    ['a migration without an id', () => conn.migrate(wrong([{ up: [] }]))],
    ['a hole among migrations', () => conn.migrate(wrong([null]))],
  ])('%s', async (_, call) => {
    const { basisT } = conn.db()
    await expect(call()).rejects.toMatchObject({ code: 'db/bad-option' })
    expect(conn.db().basisT).toBe(basisT)
  })

  it('what names no transaction or entities', async () => {
    await expect(conn.undo(wrong(null))).rejects.toHaveProperty('code')
    await expect(conn.db().pullMany(['*'], wrong('x'))).rejects.toMatchObject({ code: 'entity/bad-id' })
  })
})
