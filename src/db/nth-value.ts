import { compareValues, type Value } from '../datom/value.ts'
import { type Base, segmentCount } from './base.ts'
import { type Db, PLAIN_VIEW } from './db.ts'
import { rankInRows } from './rank-in-rows.ts'
import type { Tree } from './tree.ts'
import { ranks, visitLeaves } from './tree-read.ts'

/**
 * A value of the attribute `a`, which is in AVET, such that at least `n` facts have it or a lesser one (with `fromEnd`: a greater
 * one), and not many more. Reads nothing. undefined where there are hardly more facts than that, and in time views.
 */
export function nthValue(db: Db, a: number, n: number, fromEnd: boolean): Value | undefined {
  if (db.view !== PLAIN_VIEW) return undefined
  const { base, gone, fresh } = db.present.avet
  if (base === undefined) return inTree(fresh, a, n, fromEnd)
  const inBase = fromEnd ? fromLast : fromFirst
  const upTo = (tree: Tree, v: Value): number => {
    const { lo, hi } = fromEnd ? ranks(tree, { a, v }, { a }) : ranks(tree, { a }, { a, v })
    return hi - lo
  }
  const ofFresh = inTree(fresh, a, n, fromEnd)
  // so many of the base are asked for as are not made up for by what has come, and more for those that have gone
  for (let asked = 0, tries = 0; ; tries++) {
    const v = inBase(base, a, asked)
    if (v === undefined) return ofFresh
    const missing = n - (asked - upTo(gone, v) + upTo(fresh, v))
    if (missing <= 0) return ofFresh === undefined ? v : firstOf(v, ofFresh, fromEnd)
    asked = tries < MOST_TRIES ? asked + missing : Math.max(asked + missing, n + gone.count)
  }
}

/** After so many looks what has gone is no longer looked for where it lies, but all of it is made up for. */
const MOST_TRIES = 8

const firstOf = (a: Value, b: Value, fromEnd: boolean): Value => (compareValues(a, b) < 0 === fromEnd ? b : a)

function inTree(tree: Tree, a: number, n: number, fromEnd: boolean): Value | undefined {
  const { lo, hi } = ranks(tree, { a }, { a })
  if (hi - lo <= n) return undefined
  const at = fromEnd ? hi - 1 - n : lo + n
  let found: Value | undefined
  visitLeaves(tree, at, at + 1, (rows, start) => {
    found = rows.v[start]
  })
  return found
}

/** By a row of the first segment if that is in memory, else by where a later one begins. */
function fromFirst(base: Base, a: number, n: number): Value | undefined {
  const { borders, ids, source } = base
  const first = Math.max(0, rankInRows(borders, 'avet', { a }, false) - 1)
  const rows = source.peek(ids[first] as number)
  const at = rows === undefined ? 0 : rankInRows(rows, 'avet', { a }, false) + n
  if (rows !== undefined && at < rows.length) return rows.a[at] === a ? rows.v[at] : undefined
  let before = 0
  for (let i = first + 1; i < ids.length && borders.a[i] === a; i++) {
    if (before >= n) return borders.v[i]
    before += segmentCount(base, i)
  }
  return undefined
}

function fromLast(base: Base, a: number, n: number): Value | undefined {
  const { borders, ids, source } = base
  const last = Math.max(0, rankInRows(borders, 'avet', { a }, true) - 1)
  const rows = source.peek(ids[last] as number)
  const at = rows === undefined ? -1 : rankInRows(rows, 'avet', { a }, true) - 1 - n
  if (rows !== undefined && at >= 0) return rows.a[at] === a ? rows.v[at] : undefined
  let after = 0
  for (let i = last; i >= 0 && borders.a[i] === a; i--) {
    if (i < last) after += segmentCount(base, i)
    if (after >= n) return borders.v[i]
  }
  return undefined
}
