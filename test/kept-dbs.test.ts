import { expect, it } from 'vitest'
import { KeptDbs } from '../src/client/serve/kept-dbs.ts'
import { memory, open } from '../src/engine.ts'

const SAID = '[:find [?v ...] :where [_ :db/doc ?v]]'

it('a value that is kept no more is read as of its basis, and one that the database never reached is gone', async () => {
  const conn = await open('x', { storage: memory() })
  await conn.transact([{ 'db/doc': 'first' }])
  const kept = new KeptDbs(() => conn.db())
  const wire = kept.keep(conn.db())
  await conn.transact([{ 'db/doc': 'second' }])
  kept.release([wire.token])
  const said = await kept.find(wire).q<string[]>(SAID)
  expect(said).toContain('first')
  expect(said).not.toContain('second')
  // as a page holds it whose database was lost and begun anew behind it
  const beyond = { ...wire, basisT: conn.db().basisT + 1 }
  expect(() => kept.find(beyond)).toThrow(expect.objectContaining({ code: 'db/gone' }))
  await conn.close()
})
