import { expect, it } from 'vitest'
import type { Value } from '../src/datom/value.ts'
import { RowsBuilder } from '../src/db/rows.ts'
import { encodeSegment } from '../src/db/segment/encode-segment.ts'
import { SegmentCache } from '../src/db/segment-cache.ts'

const ROWS = 1_000

/** Rows of segment `id` say `id`. */
function segment(id: number): Uint8Array {
  const rows = new RowsBuilder(false)
  for (let e = 0; e < ROWS; e++) rows.push(e, 1, id, 2)
  return encodeSegment('aevt', rows.done())
}

/** A cache over the segments 0 ..< 10, segment 11, which is damaged, and what it asked for. */
function cacheOf(budget: number) {
  const asked: (readonly number[])[] = []
  const gone: number[] = []
  const cache = new SegmentCache(
    async (ids) => {
      asked.push(ids)
      return ids.map((id) => (id < 10 ? segment(id) : id === 11 ? segment(id).fill(0, 40) : undefined))
    },
    budget,
    undefined,
    (id) => gone.push(id),
  )
  const said = async (id: number): Promise<unknown> => {
    let value: unknown
    await cache.load([id], ({ v }) => {
      value = v[0]
    })
    return value
  }
  return { cache, asked, gone, said }
}

/** Room for the rows of two segments and the bytes of all. */
const ROOM = 24_000

it('what left the cache as rows is not read again while its bytes are there', async () => {
  const { cache, asked, said } = cacheOf(ROOM)
  for (let id = 0; id < 10; id++) expect(await said(id)).toBe(id)
  expect(cache.peek(0)).toBeUndefined()
  expect(cache.bytes).toBeLessThanOrEqual(ROOM)
  for (let id = 0; id < 10; id++) expect(await said(id)).toBe(id)
  expect(asked).toHaveLength(10)
  cache.drop([0])
  await said(0)
  expect(asked).toHaveLength(11)
})

it('what is asked for in one turn is read at once, and each once', async () => {
  const { asked, said } = cacheOf(0)
  expect(await Promise.all([3, 4, 3, 5].map(said))).toEqual([3, 4, 3, 5])
  expect(asked).toEqual([[3, 4, 5]])
  expect(await said(3)).toBe(3)
  expect(asked).toHaveLength(2)
})

it('who fails over what was read fails alone', async () => {
  const { cache, said } = cacheOf(ROOM)
  const fails = cache.load([3], () => {
    throw new RangeError('no room')
  })
  const others = Promise.all([said(3), said(4)])
  await expect(fails).rejects.toThrow('no room')
  expect(await others).toEqual([3, 4])
})

it('a segment that is gone or damaged fails alone, and those read with it are there', async () => {
  const { said } = cacheOf(ROOM)
  const [gone, damaged, ...whole] = await Promise.allSettled([10, 11, 3, 4].map(said))
  expect(gone).toMatchObject({ reason: { code: 'db/gone', data: { segment: 10 } } })
  expect(damaged).toMatchObject({ reason: { code: 'storage/corrupt', message: expect.stringContaining('segment 11') } })
  expect(whole.map((result) => result.status === 'fulfilled' && result.value)).toEqual([3, 4])
})

it('says of a segment that was deleted that it is gone', async () => {
  const { gone, said } = cacheOf(ROOM)
  await expect(said(10)).rejects.toMatchObject({ code: 'db/gone', data: { segment: 10 } })
  expect(gone).toEqual([10])
  expect(await said(1)).toBe(1)
})

/** What the cache says that the rows of one segment take, the bytes they are stored as aside. */
async function weigh(saidOf: (row: number) => Value): Promise<number> {
  const rows = new RowsBuilder(false)
  for (let row = 0; row < ROWS; row++) rows.push(row, 1, saidOf(row), 2)
  const bytes = encodeSegment('aevt', rows.done())
  const cache = new SegmentCache(async (ids) => ids.map(() => bytes), 2 ** 30)
  await cache.load([1], () => undefined)
  return cache.bytes - bytes.length
}

it('weighs columns as they are held: unboxed, shared, or texts of their own', async () => {
  expect(await weigh((row) => row)).toBe(12 * ROWS)
  const few = await weigh((row) => `name ${row % 2}`)
  const many = await weigh((row) => `name ${row * row}`)
  expect(few).toBeGreaterThanOrEqual(16 * ROWS)
  expect(few).toBeLessThan(20 * ROWS)
  expect(many).toBeGreaterThan(44 * ROWS)
})
