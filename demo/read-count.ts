/** More pieces than any shop has: what lies above is a slip of the fingers. */
const MOST = 1_000_000

/** The count that somebody typed, or the sentence that says what is wrong with it. */
export function readCount(text: string): number | string {
  const typed = text.trim()
  if (typed === '') return 'Type how many there are, such as 12.'
  if (/^-\d/.test(typed)) return `There cannot be ${typed} pieces: a count is 0 or more.`
  if (/^\d+[.,]\d+$/.test(typed)) return `A count is of whole pieces, and ${typed} is not.`
  if (!/^\d+$/.test(typed)) return `“${typed}” is not a number: type digits only, such as 12.`
  const count = Number(typed)
  return count > MOST ? `A count is at most ${MOST.toLocaleString('en')}.` : count
}
