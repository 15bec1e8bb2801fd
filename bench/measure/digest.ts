import type { Answer, Columns } from '../systems/system.ts'
import { nestedText } from './nested.ts'

const isColumns = (answer: Answer): answer is Columns => 'columns' in answer

/**
 * What an answer says, whatever its form and order: how many rows, and a hash of their cells. Entity ids, in the columns
 * `entities`, are compared by what `place` makes of them.
 */
export function digest(answer: Answer, entities: readonly number[], place: (entity: number) => number): string {
  const texts = cellsOf(answer).map((cells) =>
    cells.map((cell, i) => (entities.includes(i) ? String(place(Number(cell))) : textOf(cell))).join('\t'),
  )
  texts.sort()
  return `${texts.length} rows, ${hash(texts.join('\n'))}`
}

/** What a pulled map says, as {@link digest} tells it of rows. */
export const nestedDigest = (pulled: unknown): string => `a map, ${hash(nestedText(pulled))}`

function cellsOf(answer: Answer): unknown[][] {
  if (isColumns(answer)) {
    return Array.from({ length: answer.length }, (_, row) => answer.columns.map((column) => column[row]))
  }
  return answer.map((row) => (Array.isArray(row) ? row : typeof row === 'object' && row ? Object.values(row) : [row]))
}

/** Averages may differ in the last bits with the order of the sum. */
const textOf = (cell: unknown): string =>
  typeof cell === 'number' && !Number.isInteger(cell) ? cell.toPrecision(12) : String(cell)

/** FNV-1a over UTF-16 units, 32 bits. */
function hash(text: string): string {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return (h >>> 0).toString(16)
}
