import type { IndexPull, PageOptions, ShownDatom } from '../api/db.ts'
import { ANYTHING, COUNT, checkOptions, FLAG, LIST } from '../base/check-options.ts'
import { AnnalsError } from '../base/errors.ts'
import { describe } from '../datom/read-value.ts'
import { showValue } from '../datom/show-value.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { attributeOf } from '../db/entity.ts'
import type { Index, Place } from '../db/index-order.ts'
import type { Batch } from '../db/scan.ts'
import { scan } from '../db/view.ts'
import { windowsOf } from '../db/windows.ts'
import type { QueryEnv } from '../query/env.ts'
import { pullKnown } from '../query/pull/pull.ts'
import { indexOf, placeOf } from './index-place.ts'

const PAGE = { limit: COUNT, offset: COUNT }

/** Components, then, where the last is a plain object, how much of the answer is wanted. */
export function splitOptions(components: readonly unknown[]): readonly [readonly unknown[], PageOptions] {
  const last = components.at(-1)
  const plain = typeof last === 'object' && last !== null && Object.getPrototypeOf(last) === Object.prototype
  if (!plain || '$kw' in last || '$lit' in last) return [components, {}]
  checkOptions('a page', last, PAGE)
  return [components.slice(0, -1), last]
}

/** The datoms whose first components are these. */
export async function datomsAt(db: Db, name: string, given: readonly unknown[]): Promise<ShownDatom[]> {
  const [components, page] = splitOptions(given)
  const index = indexOf(name)
  const place = await placeOf(db, index, components)
  return place === undefined ? [] : read(db, index, [place, place], page, false)
}

/** The datoms from these components on to the end of the index, or backwards to its start. */
export async function seek(db: Db, name: string, given: readonly unknown[], reverse: boolean): Promise<ShownDatom[]> {
  const [components, page] = splitOptions(given)
  const index = indexOf(name)
  const place = await placeOf(db, index, components)
  if (place === undefined) return []
  return read(db, index, reverse ? [{}, place] : [place, {}], page, reverse)
}

/** AVET of one attribute from `start` (included) to `end` (excluded); null or undefined leaves a side open. */
export async function indexRange(
  db: Db,
  attribute: unknown,
  start: unknown,
  end: unknown,
  page: PageOptions,
): Promise<ShownDatom[]> {
  checkOptions('a page', page, PAGE)
  const from = await placeOf(db, 'avet', [attribute, start])
  const to = await placeOf(db, 'avet', [attribute, end])
  if (from === undefined || to === undefined) return []
  const before = to.v === undefined ? to : { ...to, excluded: true }
  return read(db, 'avet', [from, before], page, false)
}

const INDEX_PULL = { index: ANYTHING, start: LIST, pattern: ANYTHING, reverse: FLAG, ...PAGE }

/**
 * One pull for each datom of an index from `start` on, within its attribute: AVET by value, AEVT by entity. Pulled is what has
 * the value, in AEVT of a ref what it leads to.
 */
export async function indexPull(db: Db, request: IndexPull, env: QueryEnv): Promise<unknown[]> {
  checkOptions('indexPull', { ...request, start: request?.start ?? null }, INDEX_PULL)
  const index = indexOf(request.index)
  if (index !== 'avet' && index !== 'aevt') {
    throw new AnnalsError('db/unknown-index', `indexPull reads avet or aevt, got ${describe(request.index)}`)
  }
  const [name] = request.start
  const { id: a, type } = attributeOf(db.schema, name)
  const start = await placeOf(db, index, request.start)
  if (start === undefined) return []
  const { reverse = false } = request
  const found = await read(db, index, reverse ? [{ a }, start] : [start, { a }], request, reverse)
  const ids = found.map(({ e, v }) => (index === 'aevt' && type === 'ref' ? (v as number) : e))
  return pullKnown(db, request.pattern, ids, env)
}

/** Shows the wanted rows between two places, and reads no segments beyond them. */
async function read(
  db: Db,
  index: Index,
  between: readonly [Place, Place],
  { offset = 0, limit }: PageOptions,
  reverse: boolean,
): Promise<ShownDatom[]> {
  const scans =
    limit === undefined ? [scan(db, index, ...between)] : windowsOf(db, index, between, offset + limit, reverse)
  const page = { skip: offset, left: limit ?? Number.POSITIVE_INFINITY }
  const out: ShownDatom[] = []
  for (const found of scans) {
    const loading = found.load()
    if (loading !== undefined) await loading
    const batches = reverse ? [...found.batches()].reverse() : found.batches()
    for (const b of batches) show(b, reverse, page, out)
    if (page.left === 0) break
  }
  return out
}

/** Adds the rows of a batch that are on the page, which then has the fewer left. */
function show(b: Batch, reverse: boolean, page: { skip: number; left: number }, out: ShownDatom[]): void {
  const n = b.end - b.start
  const skipped = Math.min(page.skip, n)
  const end = Math.min(n, skipped + page.left)
  page.skip -= skipped
  page.left -= end - skipped
  for (let k = skipped; k < end; k++) {
    const i = reverse ? b.end - 1 - k : b.start + k
    out.push({
      e: b.e[i] as number,
      a: b.a[i] as number,
      v: showValue(b.v[i] as Value),
      tx: b.tx[i] as number,
      added: b.added === undefined || b.added[i] === 1,
    })
  }
}
