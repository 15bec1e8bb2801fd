import type { Db } from 'annals'
import type { schema } from './schema.ts'

type Shop = Db<typeof schema>

/** Queries that do not compile, each for one reason. */
export async function refusals(db: Shop): Promise<void> {
  // @ts-expect-error a name misspelt
  await db.q({ find: ['?e'], where: [['?e', 'inv/skuu', '?sku']] })
  // @ts-expect-error with a colon too
  await db.q({ find: ['?e'], where: [['?e', ':inv/skuu', '?sku']] })
  await db.q({
    find: ['?e'],
    where: [
      ['?e', 'inv/sku'],
      // @ts-expect-error within a not
      ['not', ['?e', 'inv/colour', ':red']],
    ],
  })
  // @ts-expect-error within an or-join
  await db.q({ find: ['?e'], where: [['or-join', ['?e'], ['?e', 'inv/sku'], ['and', ['?e', 'inv/colour', ':red']]]] })
  // @ts-expect-error after the source
  await db.q({ find: ['?e'], where: [['$', '?e', 'inv/skuu', '?sku']] })
  // @ts-expect-error a count is a number
  await db.q({ find: ['?e'], where: [['?e', 'inv/count', '5']] })
  // @ts-expect-error there is no such colour
  await db.q({ find: ['?e'], where: [['?e', 'inv/color', ':rde']] })
  // @ts-expect-error a keyword has a colon
  await db.q({ find: ['?e'], where: [['?e', 'inv/tags', 'sale']] })
  // @ts-expect-error a lookup ref wants a unique attribute
  await db.q({ find: ['?n'], where: [[['inv/count', 5], 'inv/count', '?n']] })
  // @ts-expect-error and a value of its type
  await db.q({ find: ['?n'], where: [[['inv/sku', 5], 'inv/count', '?n']] })
  await db.q({
    find: ['?n'],
    where: [
      ['?e', 'inv/sku'],
      // @ts-expect-error the attribute of a function
      [['get-else', '$', '?e', 'inv/cont', 0], '?n'],
    ],
  })
  // @ts-expect-error and of a predicate
  await db.q({ find: ['?e'], where: [['?e', 'inv/sku'], [['missing?', '$', '?e', 'inv/cont']]] })
  // @ts-expect-error no clause knows the variable
  await db.q({ find: ['?sku'], where: [['?e', 'inv/sku', '?sk']] })
  await db.q({
    // @ts-expect-error a not binds nothing
    find: ['?n'],
    where: [
      ['?e', 'inv/sku'],
      ['not', ['?e', 'inv/count', '?n']],
    ],
  })
  // @ts-expect-error nor does a predicate
  await db.q({ find: ['?n'], where: [['?e', 'inv/sku'], [['<', '?n', 5]]] })
  // @ts-expect-error an or-join binds no more than it shares
  await db.q({ find: ['?n'], where: [['or-join', ['?e'], ['?e', 'inv/count', '?n']]] })
  // @ts-expect-error nor within an aggregate
  await db.q({ find: [['max', '?n'], '.'], where: [['?e', 'inv/count', '?m']] })
  // @ts-expect-error nor in an object of names
  await db.q({ find: { n: '?n' }, where: [['?e', 'inv/count', '?m']] })
  // @ts-expect-error nor in an order
  await db.q({ find: ['?n'], where: [['?e', 'inv/count', '?n']], orderBy: [['?m', 'desc']] })
  // @ts-expect-error nor beside it
  await db.q({ find: ['?n'], with: ['?m'], where: [['?e', 'inv/count', '?n']] })
  // @ts-expect-error nor among arguments
  await db.q({ find: ['?n'], where: [['?e', 'inv/count', '?n'], [['<', '?m', 5]]] })
  // @ts-expect-error a part that queries do not have
  await db.q({ find: ['?e'], where: [['?e', 'inv/sku']], limt: 5 })
  // @ts-expect-error a limit is a number
  await db.q({ find: ['?e'], where: [['?e', 'inv/sku']], limit: '5' })
  // @ts-expect-error nothing is asked
  await db.q({ where: [['?e', 'inv/sku']] })
  await db.q({
    find: ['?c'],
    where: [
      ['?e', 'inv/sku'],
      // @ts-expect-error what stands for a ref names an entity
      [['get-else', '$', '?e', 'inv/color', 'none'], '?c'],
    ],
  })
  // @ts-expect-error the pull of an attribute that is not there
  await db.q({ find: [['pull', '?e', ['inv/skuu']]], where: [['?e', 'inv/count']] })
  // @ts-expect-error the answer is of numbers
  const strings: string[] = await db.q({ find: [['?n', '...']], where: [['?e', 'inv/count', '?n']] })
  // What is accepted beside these.
  await db.q(
    {
      find: ['?n', '?c'],
      in: ['$', '%', '?max'],
      where: [
        ['?e', 'inv/count', '?n'],
        ['shown', '?e', '?shown'],
        [['<', '?n', '?max']],
        [['!=', '?shown', '?x']],
        [['get-else', '$', '?e', 'inv/color', ':red'], '?c'],
        [['count', '?shown'], '?x'],
        ['not', ['?e', 'inv/weight', '?w'], [['<', '?w', 1]]],
      ],
      orderBy: [['?n', 'desc'], '?c'],
      limit: 5,
      offset: '?max',
    },
    ['[]', 5],
  )
  await db.q({
    find: ['?e'],
    where: [
      ['?e', 'inv/color', ':red'],
      ['?e', 'inv/tags', ':any'],
      ['?e', 'inv/price', '1.5'],
    ],
  })
  await db.q({
    find: ['?e'],
    where: [
      ['?e', 'inv/color', ['db/ident', ':red']],
      ['?e', 'inv/at', [1, null]],
    ],
  })
  return void strings
}
