import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packElements } from '../src/client/pack-elements.ts'
import { unpackRows } from '../src/client/packed-rows.ts'
import { packRows } from '../src/client/serve/pack-rows.ts'
import type { DbHandle } from '../src/engine/handle.ts'
import { memory, open, type Query } from '../src/engine.ts'

/** As it arrives on the page. */
function crossed(result: unknown): unknown {
  const { value, buffers } = packRows(result)
  return unpackRows(structuredClone(value, { transfer: [...buffers] }))
}

const cell = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.bigInt(),
  fc.date(),
  fc.constantFrom(null, undefined, 'same', -0, NaN, '\ud800'),
  fc.uint8Array(),
)
/** Cells of one kind or of any, many or few of them. */
const column = (length: number) =>
  fc.oneof(
    ...[fc.integer(), fc.double(), fc.string(), fc.constantFrom(':red', ':green'), cell].map((one) =>
      fc.array(one, { minLength: length, maxLength: length }),
    ),
  )
const table = fc
  .tuple(fc.integer({ min: 190, max: 400 }), fc.integer({ min: 1, max: 5 }))
  .chain(([length, width]) =>
    fc.array(column(length), { minLength: width, maxLength: width }).map((columns) => ({ length, columns })),
  )

describe('rows cross a worker boundary as they are', () => {
  it('as arrays, objects and bare values', () => {
    fc.assert(
      fc.property(table, ({ length, columns }) => {
        const arrays = Array.from({ length }, (_, i) => columns.map((c) => c[i]))
        const objects = arrays.map((row) => Object.fromEntries(row.map((x, j) => [`k${j}`, x])))
        expect(crossed(arrays)).toStrictEqual(arrays)
        expect(crossed(objects)).toStrictEqual(objects)
        expect(crossed(columns[0])).toStrictEqual(columns[0])
      }),
      { numRuns: 60 },
    )
  })

  it('as what a query found by columns', async () => {
    const conn = await open('columns', { storage: memory() })
    const columns = [
      Array.from({ length: 300 }, (_, i) => i),
      Array.from({ length: 300 }, (_, i) => `text ${i}`),
      Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 0.5 : i % 2 === 0)),
      Array.from({ length: 300 }, (_, i) => new Date(i)),
    ]
    const rows = Array.from({ length: 300 }, (_, i) => columns.map((c) => c[i]))
    const db = conn.db() as DbHandle
    for (const find of [['?a', '?b', '?c', '?d'], { a: '?a', b: '?b', c: '?c', d: '?d' }, ['?b'], [['?b', '...']]]) {
      for (const limit of [undefined, 250, 10]) {
        const query = {
          find,
          in: [[['?a', '?b', '?c', '?d']]],
          where: [],
          'order-by': [['?b', 'desc']],
          ...(limit && { limit }),
        } as unknown as Query
        const expected = await db.q(query, [rows])
        expect(crossed(await db.qColumns(query, [rows]))).toStrictEqual(expected)
      }
    }
    await conn.close()
  })

  it('whatever is not a table', () => {
    const ragged = Array.from({ length: 250 }, (_, i) => Array.from({ length: i % 3 }, () => i))
    const mixed = Array.from({ length: 250 }, (_, i) => (i % 2 === 0 ? { a: i } : { b: i }))
    const nested = Array.from({ length: 250 }, (_, i) => [{ 'inv/sku': `SKU-${i}` }, [i]])
    for (const x of [
      undefined,
      null,
      0,
      'one',
      [],
      [[1]],
      ragged,
      mixed,
      nested,
      { a: { b: 1 } },
      new Array(240).fill({}),
    ]) {
      expect(crossed(x)).toStrictEqual(x)
    }
  })

  it('with numbers and texts as columns that are transferred', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => [i, i / 3, `SKU-${i}`, i % 2 === 0 ? ':red' : ':blue'])
    const { value, buffers } = packRows(rows)
    expect(value).toMatchObject({ form: 'arrays', length: 1000 })
    expect(buffers.map((b) => b.byteLength)).toEqual([4000, 8000, 4000, 1000])
  })
})

describe('the elements of an import', () => {
  const key = fc.constantFrom('inv/sku', 'inv/count', 'a', '1')
  const map = fc.dictionary(key, cell, { noNullPrototype: true })
  const alike = fc.uniqueArray(key, { minLength: 1 }).chain((keys) => {
    const record = fc.tuple(...keys.map(() => cell))
    return fc.array(record.map((cells) => Object.fromEntries(keys.map((k, i) => [k, cells[i]]))))
  })
  it('arrive as they were sent', () => {
    fc.assert(
      fc.property(fc.oneof(alike, fc.array(fc.oneof(map, cell, fc.array(cell)))), (elements) => {
        expect(unpackRows(structuredClone(packElements(elements)))).toEqual(elements)
      }),
    )
  })

  it('cross by columns where all are maps of the same keys', () => {
    const maps = [
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]
    expect(packElements(maps)).toMatchObject({ form: 'objects', keys: ['a', 'b'] })
    expect(packElements([...maps, { b: 'z', a: 3 }])).toMatchObject({ form: 'plain' })
  })
})
