import { type Connection, connect, type Db, defineSchema, type LiveQuery, pattern, query } from 'annals'
import { memory, open } from 'annals/engine'
import { useDb, useLive } from 'annals/react'
import { is } from './equal.ts'
import { schema } from './schema.ts'
import { functions } from './transact.ts'

const find = { find: [['?sku', '...']], where: [['?e', 'inv/sku', '?sku']] } as const

/** Where the types of a connection come from. Compiled, never run. */
export async function connections(): Promise<void> {
  const byType = await connect<typeof schema>('shop')
  is<string[]>()(await byType.db().q(find))
  const both = await connect<typeof schema, typeof functions>('shop')
  is<number | undefined>()(await both.db().q({ find: [['spread', '?n'], '.'], where: [['?e', 'inv/count', '?n']] }))
  const byOption = await connect('shop', { schema, user: 'ada', functions })
  is<Connection<typeof schema, typeof functions>>()(byOption)
  const inline = await open('shop', { storage: memory(), schema: { 'a/b': { type: 'long' } } })
  is<number[]>()(
    await inline
      .db()
      .asOf(1)
      .q({ find: [['?v', '...']], where: [['?e', 'a/b', '?v']] }),
  )
  // @ts-expect-error of another schema
  await inline.db().q({ find: ['?e'], where: [['?e', 'inv/sku']] })
  const named = defineSchema({ ':x/y': { type: 'instant' } })
  const colons = await open('shop', { storage: memory(), schema: named })
  is<(Date | undefined)[]>()((await colons.db().pullMany(['x/y'], [1])).map((found) => found?.['x/y']))
}

/** A connection of which less is known may stand for one of which more is, never the other way round. */
export async function untyped(typed: Connection<typeof schema>, plain: Connection): Promise<void> {
  const less: Connection = typed
  const lessDb: Db = typed.db()
  is<unknown>()(await less.db().q(find))
  is<unknown>()(await lessDb.q({ find: ['?anything'], where: [['?e', 'un/known', '?anything']] }, [1, 2]))
  is<Record<string, unknown> | undefined>()(await plain.db().pull(['un/known'], 'some ident'))
  await plain.transact([{ 'un/known': 5 }, ['un/heard-of', 5]])
  // @ts-expect-error nothing says that it has this schema
  const more: Connection<typeof schema> = plain
  return void more
}

export function lives(conn: Connection<typeof schema>): void {
  is<LiveQuery<string[]>>()(conn.live(find))
  is<LiveQuery<number[]>>()(conn.live<number[]>('[:find [?n ...] :where [_ :inv/count ?n]]'))
  is<LiveQuery<{ 'inv/sku'?: string } | undefined>>()(conn.livePull(['inv/sku'], ['inv/sku', 'A']))
  // @ts-expect-error without its input
  conn.live({ find: ['?e'], in: ['$', '?sku'], where: [['?e', 'inv/sku', '?sku']] })
  // @ts-expect-error a name misspelt
  conn.live({ find: ['?e'], where: [['?e', 'inv/skuu']] })
  // @ts-expect-error a name misspelt
  conn.livePull(['inv/skuu'], 5)
}

export function Hooks({ conn }: { readonly conn: Connection<typeof schema> }): undefined {
  is<Db<typeof schema>>()(useDb(conn))
  const shown = useLive(conn.live({ find: { sku: '?sku' }, where: [['?e', 'inv/sku', '?sku']] }))
  if (shown.status === 'ready') is<{ sku: string }[]>()(shown.data)
  const item = useLive(conn.livePull(['inv/count'], 5))
  if (item.status === 'ready') is<{ 'inv/count'?: number } | undefined>()(item.data)
}

const LOW = query(schema, {
  find: { sku: '?sku', n: '?n' },
  in: ['$', '?max'],
  where: [['?e', 'inv/sku', '?sku'], ['?e', 'inv/count', '?n'], [['<', '?n', '?max']]],
})
const COLORS = query(schema, {
  find: [['?sku', '...']],
  in: ['$', '?color'],
  where: [
    ['?e', 'inv/sku', '?sku'],
    ['?e', 'inv/color', '?color'],
  ],
})
const ITEM = pattern(schema, [['inv/sku', { as: 'sku' }], { 'inv/color': ['db/ident'] }])

/** Written apart from their use, queries and patterns bring their types along, to connections that know no schema too. */
export async function hoisted(typed: Db<typeof schema>, plain: Connection): Promise<void> {
  is<{ sku: string; n: number }[]>()(await typed.q(LOW, [5]))
  is<{ sku: string; n: number }[]>()(await plain.db().q(LOW, [5], { maxRows: 5 }))
  is<LiveQuery<string[]>>()(plain.live(COLORS, [':red']))
  is<{ sku?: string; 'inv/color'?: { 'db/ident'?: ':red' | ':green' | ':blue' } } | undefined>()(
    await plain.db().pull(ITEM, 5),
  )
  // @ts-expect-error without its input
  await typed.q(LOW)
  // @ts-expect-error there is no such colour
  plain.live(COLORS, [':rde'])
  // @ts-expect-error a name misspelt
  query(schema, { find: ['?e'], where: [['?e', 'inv/skuu']] })
  // @ts-expect-error a name misspelt
  pattern(schema, ['inv/skuu'])
}
