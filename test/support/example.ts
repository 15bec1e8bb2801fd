import { afterEach, expect } from 'vitest'
import { type Connection, type Functions, memory, open, type SchemaDef, type TxReport } from '../../src/engine.ts'

let opened: Connection[] = []
afterEach(async () => {
  for (const conn of opened) await conn.close()
  opened = []
})

/** A database of its own for one example, closed after the test. */
export async function example(
  schema: SchemaDef = {},
  options: { readonly functions?: object; readonly now?: () => number } = {},
): Promise<Connection> {
  const functions = (options.functions ?? {}) as Functions
  const conn = await open('example', { storage: memory(), schema, ...options, functions })
  opened.push(conn)
  return conn
}

/** The values of an entity, or of one of its attributes, in index order. */
export const values = async (conn: Connection, ...place: readonly unknown[]): Promise<unknown[]> =>
  (await conn.db().datoms('eavt', ...place)).map((d) => d.v)

/** What a transaction said beside what it says of itself: values, with whether they were asserted. */
export const said = (report: Pick<TxReport, 'tx' | 'txData'>): (readonly [unknown, boolean])[] =>
  report.txData.filter((d) => d.e !== report.tx).map((d) => [d.v, d.added])

/** Expects a refusal with that code, which changes nothing. */
export async function refused(conn: Connection, forms: string | readonly unknown[], code: string): Promise<void> {
  const before = conn.db()
  await expect(conn.transact(forms)).rejects.toMatchObject({ code })
  expect(conn.db()).toBe(before)
}

/** The form that installs an attribute. */
export const attribute = (ident: string, type: string, more: object = {}): Record<string, unknown> => ({
  'db/ident': ident,
  'db/valueType': `:db.type/${type}`,
  'db/cardinality': ':db.cardinality/one',
  ...more,
})
