import type { IndexPull, PageOptions, ShownDatom } from '../api/db.ts'
import { AnnalsError } from '../base/errors.ts'
import { describe } from '../datom/read-value.ts'
import { showValue } from '../datom/show-value.ts'
import { compareValues, type Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { attributeOf } from '../db/entity.ts'
import type { Scan } from '../db/scan.ts'
import { scan } from '../db/view.ts'
import type { QueryEnv } from '../query/env.ts'
import { pullMany } from '../query/pull/pull.ts'
import { indexOf, placeOf } from './index-place.ts'

/** Components, then, where the last is a plain object, how much of the answer is wanted. */
export function splitOptions(components: readonly unknown[]): readonly [readonly unknown[], PageOptions] {
  const last = components.at(-1)
  const plain = typeof last === 'object' && last !== null && Object.getPrototypeOf(last) === Object.prototype
  if (!plain || '$kw' in last || '$lit' in last) return [components, {}]
  for (const [name, n] of Object.entries(last)) {
    if ((name === 'limit' || name === 'offset') && (n === undefined || (Number.isSafeInteger(n) && n >= 0))) continue
    throw new AnnalsError(
      'db/bad-option',
      `${name}: ${describe(n)} is no option here; limit and offset are integers from 0`,
      {
        option: name,
      },
    )
  }
  return [components.slice(0, -1), last as PageOptions]
}

/** The datoms whose first components are these. */
export async function datomsAt(db: Db, name: string, given: readonly unknown[]): Promise<ShownDatom[]> {
  const [components, page] = splitOptions(given)
  const index = indexOf(name)
  const place = await placeOf(db, index, components)
  return place === undefined ? [] : read(scan(db, index, place), page, false)
}

/** The datoms from these components on to the end of the index, or backwards to its start. */
export async function seek(db: Db, name: string, given: readonly unknown[], reverse: boolean): Promise<ShownDatom[]> {
  const [components, page] = splitOptions(given)
  const index = indexOf(name)
  const place = await placeOf(db, index, components)
  if (place === undefined) return []
  return read(reverse ? scan(db, index, {}, place) : scan(db, index, place, {}), page, reverse)
}

/** AVET of one attribute from `start` (included) to `end` (excluded); null or undefined leaves a side open. */
export async function indexRange(
  db: Db,
  attribute: unknown,
  start: unknown,
  end: unknown,
  page: PageOptions,
): Promise<ShownDatom[]> {
  const from = (await placeOf(db, 'avet', [attribute, start])) ?? {}
  const to = (await placeOf(db, 'avet', [attribute, end])) ?? {}
  const found = scan(db, 'avet', from, to)
  await found.load()
  return read(found, page, false, to.v)
}

/** One pull for each datom of an index from `start` on, within its attribute: AVET by value, AEVT by entity. */
export async function indexPull(db: Db, request: IndexPull, env: QueryEnv): Promise<unknown[]> {
  const index = indexOf(request.index)
  if (index !== 'avet' && index !== 'aevt') {
    throw new AnnalsError('db/unknown-index', `indexPull reads avet or aevt, got ${describe(request.index)}`, {})
  }
  const [name] = request.start
  const a = attributeOf(db.schema, name).id
  const start = await placeOf(db, index, request.start)
  if (start === undefined) return []
  const { reverse = false } = request
  const found = await read(reverse ? scan(db, index, { a }, start) : scan(db, index, start, { a }), request, reverse)
  const ids = found.map((d) => d.e)
  return pullMany(db, request.pattern, ids, { functions: env.functions }, { known: true })
}

/** Shows the wanted rows of a scan, no more, and none from the value `end` on. */
async function read(found: Scan, page: PageOptions, reverse: boolean, end?: Value): Promise<ShownDatom[]> {
  const loading = found.load()
  if (loading !== undefined) await loading
  const batches = reverse ? [...found.batches()].reverse() : found.batches()
  let skip = page.offset ?? 0
  let left = page.limit ?? Number.POSITIVE_INFINITY
  const out: ShownDatom[] = []
  for (const b of batches) {
    const n = b.end - b.start
    if (left <= 0) break
    if (skip >= n) {
      skip -= n
      continue
    }
    for (let k = skip; k < n && left > 0; k++, left--) {
      const i = reverse ? b.end - 1 - k : b.start + k
      if (end !== undefined && compareValues(b.v[i] as Value, end) >= 0) return out
      out.push({
        e: b.e[i] as number,
        a: b.a[i] as number,
        v: showValue(b.v[i] as Value),
        tx: b.tx[i] as number,
        added: b.added === undefined || b.added[i] === 1,
      })
    }
    skip = 0
  }
  return out
}
