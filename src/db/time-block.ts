/**
 * Time is cut into blocks: one transaction is a block of level 0, four blocks of a level that follow each other are one of the next. An
 * interval belongs to the least block that holds all its moments. Every block has a number of its own, larger blocks before smaller
 * ones, earlier before later: 0 is all of time. The order of the past on disk: never to be changed.
 */

/** How many levels there are: a block of the highest holds all transactions, whose ids have 30 bits. */
const LEVELS = 16

/** The number of each level's first block. */
const FIRST = Int32Array.from({ length: LEVELS }, (_, level) => (4 ** (LEVELS - 1 - level) - 1) / 3)

/** The level of the least block that holds all moments from transaction `from` until just before `to`. */
export const levelOf = (from: number, to: number): number => (33 - Math.clz32(from ^ (to - 1))) >>> 1

/** The block of a level that holds the moment of transaction `tx`. */
const blockAt = (level: number, tx: number): number => (FIRST[level] as number) + (tx >>> (2 * level))

/** The least block that holds all moments from transaction `from` until just before `to`. */
export const blockOf = (from: number, to: number): number => blockAt(levelOf(from, to), from)

/** By attribute, the levels of the blocks in which its intervals may lie: a bit each. */
export type Levels = ReadonlyMap<number, number>

/** The blocks of `levels` that hold the moment of transaction `tx`, the largest first. */
export function blocksAt(levels: number, tx: number): number[] {
  const out: number[] = []
  for (let level = LEVELS - 1; level >= 0; level--) if (levels & (1 << level)) out.push(blockAt(level, tx))
  return out
}
