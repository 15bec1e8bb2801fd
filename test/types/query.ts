import type { Db } from 'annals'
import { is } from './equal.ts'
import type { schema } from './schema.ts'

type Shop = Db<typeof schema>

/** What queries that are written out tell of their answers. Compiled, never run. */
export async function finds(db: Shop): Promise<void> {
  const where = [
    ['?e', 'inv/sku', '?sku'],
    ['?e', ':inv/count', '?n', '?tx'],
  ] as const
  is<[string, number, number, number][]>()(await db.q({ find: ['?sku', '?n', '?e', '?tx'], where }))
  is<string[]>()(await db.q({ find: [['?sku', '...']], where }))
  is<[string, number] | undefined>()(await db.q({ find: [['?sku', '?e']], where }))
  is<string | undefined>()(await db.q({ find: ['?sku', '.'], where }))
  is<{ sku: string; most: number }[]>()(await db.q({ find: { sku: '?sku', most: ['max', '?n'] }, where }))
  is<{ sku: string; n: number }[]>()(await db.q({ find: ['?sku', '?n'], keys: ['sku', 'n'], where }))
  is<{ sku: string; n: number } | undefined>()(await db.q({ find: [['?sku', '?n']], strs: ['sku', 'n'], where }))
}

export async function values(db: Shop): Promise<void> {
  const of = <const A extends string>(a: A) => ['?e', a, '?v'] as const
  const find = [['?v', '...']] as const
  is<string[]>()(await db.q({ find, where: [of('inv/price')] }))
  is<bigint[]>()(await db.q({ find, where: [of('inv/stars')] }))
  is<`:${string}`[]>()(await db.q({ find, where: [of('inv/tags')] }))
  is<Date[]>()(await db.q({ find, where: [of('inv/since')] }))
  is<Uint8Array[]>()(await db.q({ find, where: [of('inv/photo')] }))
  is<boolean[]>()(await db.q({ find, where: [of('inv/sold')] }))
  is<number[]>()(await db.q({ find, where: [of('inv/color')] }))
  is<[number | null, number | null][]>()(await db.q({ find, where: [of('inv/at')] }))
  is<(number | null)[][]>()(await db.q({ find, where: [of('inv/sizes')] }))
  is<[string | null, number | null][]>()(await db.q({ find, where: [of('inv/key')] }))
  is<`:${string}`[]>()(await db.q({ find, where: [of('db/ident')] }))
  is<Date[]>()(await db.q({ find, where: [of(':db/txInstant')] }))
  is<[number, boolean][]>()(await db.q({ find: ['?a', '?op'], where: [['?e', '?a', '?v', '?tx', '?op']] }))
  is<string[]>()(await db.q({ find, where: [['?e', '?a', '?v'], of('inv/sku')] }))
}

export async function aggregates(db: Shop): Promise<void> {
  const where = [
    ['?e', 'inv/sku', '?sku'],
    ['?e', 'inv/count', '?n'],
    ['?e', 'inv/since', '?at'],
    ['?e', 'inv/stars', '?big'],
  ] as const
  is<[number, number, number, number, number][]>()(
    await db.q({
      find: [
        ['count', '?e'],
        ['count-distinct', '?sku'],
        ['avg', '?n'],
        ['stddev', '?n'],
        ['sum', '?n'],
      ],
      where,
    }),
  )
  is<[Date, string, number[], Date[]][]>()(
    await db.q({
      find: [
        ['min', '?at'],
        ['max', '?sku'],
        ['min', 2, '?n'],
        ['max', 2, '?at'],
      ],
      where,
    }),
  )
  is<[string[], number[], number, Date[]][]>()(
    await db.q({
      find: [
        ['distinct', '?sku'],
        ['sample', 2, '?n'],
        ['rand', '?n'],
        ['rand', 2, '?at'],
      ],
      where,
    }),
  )
  is<[number, Date, number | string][]>()(
    await db.q({
      find: [
        ['median', '?n'],
        ['median', '?at'],
        ['median', '?sku'],
      ],
      where,
    }),
  )
  is<number | undefined>()(await db.q({ find: [['max', '?n'], '.'], with: ['?e'], where }))
  is<unknown>()(await db.q({ find: [['sum', '?big'], '.'], where }))
  is<[unknown][]>()(await db.q({ find: [['my-own', '?n']], where }))
}

export async function clauses(db: Shop): Promise<void> {
  is<[string, number][]>()(
    await db.q({
      find: ['?sku', '?n'],
      where: [
        ['or', ['?e', 'inv/color', ':red'], ['and', ['?e', 'inv/count', 5], [['<', 1, 5]]]],
        [
          'or-join',
          ['?e', '?n'],
          ['?e', 'inv/count', '?n'],
          ['and', ['?i', 'item/inv', '?e'], ['?i', 'item/count', '?n']],
        ],
        ['$', '?e', 'inv/sku', '?sku'],
        ['not', ['?e', 'inv/count', '?m'], [['>', '?m', 5]]],
        ['not-join', ['?e'], ['?i', 'item/inv', '?e']],
      ],
    }),
  )
  is<[number, unknown, unknown, unknown][]>()(
    await db.q(
      {
        find: ['?n', '?rule', '?other', '?v'],
        in: ['$', '$2', '%'],
        where: [
          [['inv/sku', 'SKU-1'], 'inv/count', '?n'],
          ['reaches', '?n', '?rule'],
          ['$2', '?n', 'inv/sku', '?other'],
          ['?e', '?a', '?v'],
        ],
      },
      [db, '[]'],
    ),
  )
}

/** A variable has the type of whatever any branch may give it; unknown where one branch does not tell. */
export async function branches(db: Shop): Promise<void> {
  is<[string | number][]>()(
    await db.q({
      find: ['?v'],
      where: [
        ['?e', 'inv/sku', '?sku'],
        ['or-join', ['?e', '?v'], ['?e', 'inv/count', '?v'], [['str', '?e'], '?v']],
      ],
    }),
  )
  is<[unknown, string][]>()(
    await db.q(
      {
        find: ['?v', '?sku'],
        in: ['$', '%'],
        where: [
          ['or', ['?e', 'inv/count', '?v'], ['shown', '?e', '?v']],
          ['or', ['?e', 'inv/sku', '?sku'], ['and', ['?e', 'inv/aka', '?sku'], ['shown', '?e', '?sku']]],
        ],
      },
      ['[]'],
    ),
  )
}

export async function queue(db: Shop): Promise<void> {
  const pending = { find: ['?id', '?e'], in: ['$', '$queue'], where: [['$queue', '?id', '_', '_', '?e']] } as const
  is<[unknown, unknown][]>()(await db.q(pending))
  // @ts-expect-error it stands for itself
  await db.q(pending, [[]])
}

export async function functions(db: Shop): Promise<void> {
  is<[number, number, string, boolean, number, 'a' | 'b', 1 | 2, string, number | string, number][]>()(
    await db.q({
      find: ['?x', '?y', '?s', '?b', '?year', '?z', '?one', '?word', '?else', '?same'],
      where: [
        ['?e', 'inv/count', '?n'],
        ['?e', 'inv/since', '?at'],
        [['+', '?n', 1], '?x'],
        [['*', '?x', 2], '?y'],
        [['str', '?n', '!'], '?s'],
        [['starts-with?', '?s', 'x'], '?b'],
        [['year', '?at'], '?year'],
        [
          ['ground', ['a', 'b']],
          ['?z', '...'],
        ],
        [
          [
            'ground',
            [
              [1, 'one'],
              [2, 'two'],
            ],
          ],
          [['?one', '_']],
        ],
        [['upper-case', '?s'], '?word'],
        [['get-else', '$', '?e', 'inv/count', 'N/A'], '?else'],
        [['identity', '?n'], '?same'],
      ],
    }),
  )
  is<[number, string | number, unknown, unknown, number][]>()(
    await db.q({
      find: ['?a', '?v', '?mine', '?sub', '?m'],
      where: [
        ['?e', 'inv/count', '?n'],
        [
          ['get-some', '$', '?e', 'inv/sku', 'inv/count'],
          ['?a', '?v'],
        ],
        [['my-function', '?n'], '?mine'],
        [['q', { find: ['?x', '.'], where: [['?x', 'inv/sku']] }, '$'], '?sub'],
        [['tuple', '?n', 'x'], '?t'],
        [
          ['untuple', '?t'],
          ['?m', '_'],
        ],
      ],
    }),
  )
}

/** Numbers of several types unify by what they are worth, and any of them may come back. */
export async function numbers(db: Shop): Promise<void> {
  is<[number | bigint | string, number | bigint][]>()(
    await db.q({
      find: ['?n', '?m'],
      where: [
        ['?e', 'inv/count', '?n'],
        ['?e', 'inv/stars', '?m'],
        ['?e', 'inv/weight', '?m'],
        [['+', '?m', 1], '?n'],
      ],
    }),
  )
}

export async function unknowns(db: Shop, anything: object, text: string): Promise<void> {
  is<unknown>()(await db.q('[:find ?e :where [?e :inv/sku]]'))
  is<unknown>()(await db.q(text))
  is<unknown>()(await db.q(anything))
  is<unknown>()(await db.q({ find: text.split(' '), where: [] }))
  is<[unknown][]>()(await db.q({ find: ['?x'], in: ['?x'] }, [5]))
  const built = { find: ['?e'], where: [['?e', 'inv/sku', '?s']] }
  is<unknown>()(await db.q(built))
  is<string[]>()(await db.q<string[]>('[:find [?s ...] :where [_ :inv/sku ?s]]'))
  is<string[]>()(await db.q<string[]>(anything, [1]))
}

/** As callers may wrap it. */
export const ask = <T>(db: Shop, query: string, ...inputs: unknown[]): Promise<T> => db.q<T>(query, inputs)
