import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { folder } from '../folder.ts'
import { COUNTED_RUNS, FULL_SIZES } from '../options.ts'
import type { Results } from '../record.ts'
import { markdown } from './markdown.ts'
import { summaryTable, withSummary } from './readme.ts'

const LATEST = 'results/latest.json'
const README = '../README.md'

/** What was measured last. */
export function readResults(): Results {
  if (!existsSync(folder(LATEST))) throw new Error(`there is no bench/${LATEST}: nothing was measured yet`)
  try {
    return JSON.parse(readFileSync(folder(LATEST), 'utf8')) as Results
  } catch (cause) {
    throw new Error(`bench/${LATEST} is broken: remove it, and measure anew`, { cause })
  }
}

/** Whole or not at all: what was measured before stays readable whatever happens meanwhile. */
export function saveResults(results: Results): void {
  mkdirSync(folder('results'), { recursive: true })
  writeFileSync(folder(`${LATEST}.new`), `${JSON.stringify(results, undefined, 1)}\n`)
  renameSync(folder(`${LATEST}.new`), folder(LATEST))
}

/** A full run with nothing left out: only such a one is shown to others. */
const isWhole = ({ full, only, runs, itemSizes, left }: Results): boolean =>
  full && only.length === 0 && runs >= COUNTED_RUNS && itemSizes.length >= FULL_SIZES.length && left.length === 0

/** Prints the tables. A whole run is the one to show: it becomes bench/RESULTS.md, with what bench/GAPS.md says, and the README's table. */
export function writeReports(results: Results): void {
  const gaps = existsSync(folder('GAPS.md')) ? readFileSync(folder('GAPS.md'), 'utf8').trim() : undefined
  const text = markdown(results, results.full ? gaps : undefined)
  writeFileSync(folder('results/latest.md'), text)
  console.log(`\n${text}`)
  console.log(`written: bench/${LATEST}, bench/results/latest.md`)
  if (!isWhole(results)) return console.log('not a whole --full run: bench/RESULTS.md and README.md stay as they were')
  writeFileSync(folder('RESULTS.md'), text)
  const readme = readFileSync(folder(README), 'utf8')
  writeFileSync(folder(README), withSummary(readme, summaryTable(results)))
  console.log('written: bench/RESULTS.md, the table in README.md')
}
