import type { Db } from 'annals'
import { is } from './equal.ts'
import type { schema } from './schema.ts'

type Shop = Db<typeof schema>

/** What stands for the names in `in`. Compiled, never run. */
export async function inputs(db: Shop, sku: string): Promise<void> {
  is<[number][]>()(
    await db.q(
      {
        find: ['?n'],
        in: ['$', '?sku'],
        where: [
          ['?e', 'inv/sku', '?sku'],
          ['?e', 'inv/count', '?n'],
        ],
      },
      [sku],
    ),
  )
  const all = {
    find: ['?sku', '?e'],
    in: ['$', '?e', ['?low', '?high'], ['?color', '...'], [['?sku', '?at']], '%', '$old', '?page'],
    where: [
      ['?e', 'inv/sku', '?sku'],
      ['?e', 'inv/count', '?low'],
      ['?e', 'inv/count', '?high'],
      ['?e', 'inv/color', '?color'],
      ['?e', 'inv/since', '?at'],
    ],
    limit: '?page',
  } as const
  const rows = await db.q(all, [['inv/sku', 'A'], [1, 2], [':red', 5], [['A', new Date()]], '[]', db, 5], {
    timeout: 5,
  })
  is<string>()(rows[0]![0])
  // An entity comes back as it was given.
  const e: number | `:${string}` | readonly unknown[] | { $kw: string } = rows[0]![1]
  // @ts-expect-error it may be a lookup ref
  const id: number = rows[0]![1]
  await db.q(all, [
    ['inv/sku', 'A'],
    [1, 2, 3],
    new Set([':red'] as const),
    [['A', new Date(), 'more']],
    [],
    [[1, 2]],
    5,
  ])
  // @ts-expect-error without inputs
  await db.q(all)
  // @ts-expect-error too few
  await db.q(all, [5])
  // @ts-expect-error there is no such colour
  await db.q(all, [5, [1, 2], [':rd'], [['A', new Date()]], '[]', db, 5])
  // @ts-expect-error a count is a number
  await db.q(all, [5, ['1', 2], [':red'], [['A', new Date()]], '[]', db, 5])
  // @ts-expect-error a relation is a list of lists
  await db.q(all, [5, [1, 2], [':red'], ['A', new Date()], '[]', db, 5])
  // @ts-expect-error nobody is found by a count
  await db.q(all, [['inv/count', 5], [1, 2], [':red'], [['A', new Date()]], '[]', db, 5])
  // @ts-expect-error a limit is a number
  await db.q(all, [5, [1, 2], [':red'], [['A', new Date()]], '[]', db, '5'])
  // @ts-expect-error the query has no inputs
  await db.q({ find: ['?e'], where: [['?e', 'inv/sku']] }, [5])
  return void [e, id]
}
