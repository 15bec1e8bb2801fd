import type { Db } from 'annals'
import { is } from './equal.ts'
import type { schema } from './schema.ts'

type Shop = Db<typeof schema>
type Color = ':red' | ':green' | ':blue'
type Ident = `:${string}`
interface Ref<I = Ident> {
  'db/id': number
  'db/ident'?: I
}

/** What pull patterns that are written out tell of what they find. Compiled, never run. */
export async function shapes(db: Shop): Promise<void> {
  const e = ['inv/sku', 'SKU-1'] as const
  is<{ 'inv/sku'?: string; 'inv/count'?: number } | undefined>()(await db.pull(['inv/sku', ':inv/count'], e))
  is<{ 'db/id': number; 'inv/tags'?: Ident[] } | undefined>()(await db.pull(['db/id', 'inv/tags'], 5))
  is<({ 'inv/since'?: Date } | undefined)[]>()(await db.pullMany(['inv/since'], [5, ':red', e]))
  // A plain ref, with the idents that the schema names; who refers to an entity.
  is<{ 'inv/color'?: Ref<Color>; 'item/inv'?: Ref } | undefined>()(await db.pull(['inv/color', 'item/inv'], e))
  is<{ 'part/of'?: Ref[] } | undefined>()(await db.pull(['part/of'], e))
  is<{ 'inv/_color'?: Ref[]; 'order/_items'?: Ref } | undefined>()(await db.pull(['inv/_color', 'order/_items'], e))
  // Maps.
  is<{ 'inv/color'?: { 'db/ident'?: Color } } | undefined>()(await db.pull([{ 'inv/color': ['db/ident'] }], e))
  is<{ 'part/of'?: { 'inv/sku'?: string }[] } | undefined>()(await db.pull([{ 'part/of': ['inv/sku'] }], e))
  is<{ 'inv/_color'?: { 'inv/sku'?: string }[]; 'order/_items'?: { 'order/no'?: number } } | undefined>()(
    await db.pull([{ 'inv/_color': ['inv/sku'], 'order/_items': ['order/no'] }], e),
  )
}

export async function options(db: Shop): Promise<void> {
  is<{ n: number; sku?: string; 'inv/aka'?: string[] } | undefined>()(
    await db.pull(
      [
        ['inv/count', { as: 'n', default: 0 }],
        ['inv/sku', ':as', 'sku'],
        ['inv/aka', { limit: null }],
      ],
      5,
    ),
  )
  is<{ color?: { 'db/ident'?: Color } } | undefined>()(
    await db.pull([['inv/color', { as: 'color', pull: ['db/ident'] }]], 5),
  )
  is<{ 'inv/aka'?: string[]; 'inv/sku': string | false } | undefined>()(
    await db.pull(
      [
        ['limit', 'inv/aka', 5],
        ['default', 'inv/sku', false],
      ],
      5,
    ),
  )
  is<{ 'inv/count'?: unknown } | undefined>()(await db.pull([['inv/count', { xform: 'double' }]], 5))
  is<{ id: number } | undefined>()(await db.pull([['db/id', { as: 'id' }]], 5))
}

export async function wildcards(db: Shop): Promise<void> {
  const all = await db.pull(['*'], 5)
  is<number | undefined>()(all?.['db/id'])
  is<string | undefined>()(all?.['inv/sku'])
  is<Ident | undefined>()(all?.['db/ident'])
  is<Ref<Color> | undefined>()(all?.['inv/color'])
  // A component is expanded, and so are its own.
  is<number | undefined>()(all?.['order/items']?.[0]?.['item/count'])
  is<number | undefined>()(all?.['order/items']?.[0]?.['order/items']?.[0]?.['db/id'])
  // What is named overrides it.
  const mixed = await db.pull(['*', { 'inv/color': ['db/ident'] }, ['inv/count', { as: 'n', default: 0 }]], 5)
  is<{ 'db/ident'?: Color } | undefined>()(mixed?.['inv/color'])
  is<number | undefined>()(mixed?.n)
  is<Date | undefined>()(mixed?.['inv/since'])
}

export async function recursion(db: Shop): Promise<void> {
  const parts = await db.pull(['inv/sku', { 'part/of': '...' }], 5)
  is<string | undefined>()(parts?.['part/of']?.[0]?.['part/of']?.[1]?.['inv/sku'])
  is<number | undefined>()(parts?.['part/of']?.[0]?.['db/id'])
  const steps = await db.pull(['inv/sku', { 'part/_of': 3 }], 5)
  is<string | undefined>()(steps?.['part/_of']?.[0]?.['part/_of']?.[0]?.['inv/sku'])
}

export async function inFind(db: Shop): Promise<void> {
  is<[{ 'inv/sku'?: string } | undefined, number][]>()(
    await db.q({ find: [['pull', '?e', ['inv/sku']], '?n'], where: [['?e', 'inv/count', '?n']] }),
  )
  is<({ 'db/ident'?: Color } | undefined)[]>()(
    await db.q({ find: [[['pull', '?c', ['db/ident']], '...']], where: [['?e', 'inv/color', '?c']] }),
  )
  is<[unknown][]>()(
    await db.q({ find: [['pull', '?e', '?p']], in: ['$', '?p'], where: [['?e', 'inv/sku']] }, [['inv/sku']]),
  )
  is<[unknown][]>()(
    await db.q({ find: [['pull', '$2', '?e', ['any']]], in: ['$', '$2'], where: [['?e', 'inv/sku']] }, [db]),
  )
}

export async function unknowns(db: Shop, pattern: readonly unknown[], ident: `:${string}`): Promise<void> {
  is<Record<string, unknown> | undefined>()(await db.pull('[:inv/sku]', 5))
  is<Record<string, unknown> | undefined>()(await db.pull(pattern, ident))
  is<{ n: number } | undefined>()(await db.pull<{ n: number }>(pattern, 5))
  is<({ n: number } | undefined)[]>()(await db.pullMany<{ n: number }>('[:x]', [5]))
  is<({ 'inv/sku'?: string } | undefined)[]>()(
    await db.indexPull({ index: 'avet', pattern: ['inv/sku'], start: ['inv/count'] }),
  )
}

export async function refusals(db: Shop): Promise<void> {
  // @ts-expect-error a name misspelt
  await db.pull(['inv/skuu'], 5)
  // @ts-expect-error within a map
  await db.pull([{ 'order/items': ['item/cuont'] }], 5)
  // @ts-expect-error the key of a map
  await db.pull([{ 'order/itms': ['item/count'] }], 5)
  // @ts-expect-error with options
  await db.pull([['inv/cuont', { as: 'n' }]], 5)
  // @ts-expect-error an option that is none
  await db.pull([['inv/count', { sa: 'n' }]], 5)
  // @ts-expect-error an option of another type
  await db.pull([['inv/count', { as: 5 }]], 5)
  // @ts-expect-error reverse
  await db.pull(['inv/_colour'], 5)
  // @ts-expect-error nobody refers by what is no ref
  await db.pull(['inv/_sku'], 5)
  // @ts-expect-error only of a ref more can be pulled
  await db.pull([{ 'inv/sku': ['db/id'] }], 5)
  // @ts-expect-error nor as an option
  await db.pull([['inv/sku', { pull: ['db/id'] }]], 5)
  // @ts-expect-error an entity is not found by a count
  await db.pull(['inv/sku'], ['inv/count', 5])
  // @ts-expect-error nor by what is no sku
  await db.pullMany(['inv/sku'], [['inv/sku', 5]])
  // @ts-expect-error nor by plain text
  await db.pull(['inv/sku'], 'SKU-1')
  // @ts-expect-error there is no such key in the answer
  await db.pull(['inv/sku'], 5).then((found) => found?.['inv/count'])
  // @ts-expect-error what may be absent has to be looked at
  await db.pull(['inv/sku'], 5).then((found) => found?.['inv/sku'].length)
}
