import type { Connection } from '../../src/api/connection.ts'
import type { Db } from '../../src/api/db.ts'
import type { SchemaDef } from '../../src/api/schema.ts'

/** A schema with everything that files facts differently: unique, indexed, refs, many, components, no history. */
export const shopSchema = {
  'p/name': { type: 'string', unique: 'identity' },
  'p/age': { type: 'long', index: true },
  'p/knows': { type: 'ref', many: true },
  'p/note': { type: 'string' },
  'p/seen': { type: 'long', noHistory: true },
  'p/parts': { type: 'ref', many: true, component: true },
} satisfies SchemaDef

const NAMES = 24

/** The forms of a random transaction that can always be made. */
export function randomForms(random: () => number): readonly unknown[] {
  const below = (n: number): number => Math.floor(random() * n)
  const name = (): string => `n${below(NAMES)}`
  const who = name()
  switch (below(8)) {
    case 0:
      return [[':db/add', ['p/name', 'n0'], 'p/seen', below(1000)]]
    case 1:
      return [{ 'p/name': who, 'p/parts': [{ 'p/note': `part ${below(9)}` }] }]
    case 2:
      return [[':db/retractEntity', ['p/name', `n${1 + below(NAMES - 1)}`]]]
    case 3:
      return [{ 'p/name': who, 'p/knows': [{ 'p/name': name() }, { 'p/name': name() }] }]
    case 4:
      return [{ 'p/name': who, 'p/note': 'long '.repeat(below(60)) + below(5) }]
    case 5: {
      const change = below(2) === 0
      return [{ 'db/ident': ':p/age', 'db/index': change }]
    }
    default:
      return [{ 'p/name': who, 'p/age': below(20), 'p/seen': below(50) }]
  }
}

/** The same history for every connection: entities that are missing make a transaction fail on all of them. */
export async function play(conns: readonly Connection[], steps: number, random: () => number): Promise<void> {
  for (const conn of conns) await conn.transact([{ 'p/name': 'n0' }])
  for (let i = 0; i < steps; i++) {
    const forms = randomForms(random)
    const ends = await Promise.all(conns.map((conn) => conn.transact(forms).then(() => 'done', codeOf)))
    if (new Set(ends).size > 1) throw new Error(`${JSON.stringify(forms)} ended as ${ends.join(' and ')}`)
  }
}

const codeOf = (e: unknown): string => (e as { code: string }).code

/** Everything that a database says, of every time, without what differs between two that lived alike: instants, transaction ids. */
export async function tell(conn: Connection): Promise<string[]> {
  const now = conn.db()
  const views: [string, Db][] = [
    ['now', now],
    ['history', now.history()],
  ]
  for (let t = 1; t <= now.basisT; t += 9) {
    views.push([`as of ${t}`, now.asOf(t)], [`since ${t}`, now.since(t)], [`history as of ${t}`, now.asOf(t).history()])
  }
  const txId = await now.entid(':tx/id')
  const told: string[] = []
  for (const [name, view] of views) {
    for (const index of ['eavt', 'aevt', 'avet', 'vaet'] as const) {
      for (const { e, a, v, tx, added } of await view.datoms(index)) {
        const value = v instanceof Date ? 'an instant' : JSON.stringify(v)
        if (a !== txId) told.push(`${name} ${index}: ${e} ${a} ${value} ${tx} ${added}`)
      }
    }
  }
  return told
}
