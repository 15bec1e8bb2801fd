import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { folder } from '../folder.ts'
import type { Results } from '../record.ts'
import { markdown } from './markdown.ts'
import { summaryTable, withSummary } from './readme.ts'

const LATEST = 'results/latest.json'
const README = '../README.md'

/** What was measured last. */
export function readResults(): Results {
  if (!existsSync(folder(LATEST))) throw new Error(`there is no bench/${LATEST}: nothing was measured yet`)
  return JSON.parse(readFileSync(folder(LATEST), 'utf8')) as Results
}

export function saveResults(results: Results): void {
  mkdirSync(folder('results'), { recursive: true })
  writeFileSync(folder(LATEST), `${JSON.stringify(results, undefined, 1)}\n`)
}

/** Prints the tables. A full run is the one to show: it becomes bench/RESULTS.md, with what bench/GAPS.md says, and the README's table. */
export function writeReports(results: Results): void {
  const gaps = existsSync(folder('GAPS.md')) ? readFileSync(folder('GAPS.md'), 'utf8').trim() : undefined
  const text = markdown(results, results.full ? gaps : undefined)
  writeFileSync(folder('results/latest.md'), text)
  console.log(`\n${text}`)
  console.log(`written: bench/${LATEST}, bench/results/latest.md`)
  if (!results.full || results.only.length > 0) return
  writeFileSync(folder('RESULTS.md'), text)
  const readme = readFileSync(folder(README), 'utf8')
  writeFileSync(folder(README), withSummary(readme, summaryTable(results)))
  console.log('written: bench/RESULTS.md, the table in README.md')
}
