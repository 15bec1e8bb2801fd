import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

/** The rows of the table of threats: what shows each defence. */
const shown = read('docs/security.md')
  .split('## Threats and defences')[1]
  ?.split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| threat'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))
  .map(([threat, , evidence]) => [threat as string, evidence as string] as const)

it('the threat model has a table', () => {
  expect(shown?.length).toBeGreaterThan(20)
})

it.each(shown ?? [])('%s', (_, evidence) => {
  if (evidence === 'by construction') return
  for (const part of evidence.split('; ')) {
    const [file, titles] = part.split(': ', 2) as [string, string]
    const tests = read(`test/${file}.test.ts`)
    const named = [...titles.matchAll(/\*([^*]+)\*/g)].map(([, title]) => title)
    expect(named).not.toHaveLength(0)
    for (const title of named) expect(tests).toContain(title)
  }
})
