import { fileURLToPath } from 'node:url'
import { expect, it, vi } from 'vitest'
import { MUTANTS, type Mutant } from './support/simulation/mutants.ts'
import { SOUND } from './support/simulation/parts.ts'
import { runSeed as soundRun } from './support/simulation/run-seed.ts'

/** A mutant that is still alive after so many seeds has escaped. */
const SEEDS = Number(process.env.ANNALS_SEEDS ?? 300)
/** Runs one mutant alone, by a part of its name. */
const ONLY = process.env.ANNALS_MUTANT ?? ''

interface Caught {
  readonly seed: number
  readonly invariant: string
}

/** The simulation with the mutant in place of what it replaces. */
async function infected({ modules }: Mutant): Promise<typeof soundRun> {
  if (modules === undefined) return soundRun
  vi.resetModules()
  const paths = Object.entries(modules).map(([module, patch]) => {
    const path = fileURLToPath(new URL(`../src/${module}.ts`, import.meta.url))
    vi.doMock(path, async (importOriginal) => {
      const original = await importOriginal<object>()
      return { ...original, ...patch(original as never) }
    })
    return path
  })
  const { runSeed } = await import('./support/simulation/run-seed.ts')
  for (const path of paths) vi.doUnmock(path)
  return runSeed
}

async function hunt(mutant: Mutant): Promise<Caught | undefined> {
  const runSeed = await infected(mutant)
  const { from = 1 } = mutant
  for (let seed = from; seed < from + SEEDS; seed++) {
    const failure: unknown = await runSeed(seed, { ...SOUND, ...mutant.parts }).then(
      () => undefined,
      (e: unknown) => e,
    )
    if (failure === undefined) continue
    if (ONLY !== '') console.log(failure)
    return { seed, invariant: (failure as { invariant?: string }).invariant ?? String(failure) }
  }
  return undefined
}

it(
  'the simulation catches bugs that are put in on purpose',
  async () => {
    const table: string[] = []
    const escaped: string[] = []
    for (const mutant of MUTANTS.filter(({ name }) => name.includes(ONLY))) {
      const caught = await hunt(mutant)
      if (caught === undefined) escaped.push(mutant.name)
      table.push(`| ${mutant.name} | ${caught?.invariant ?? 'escaped'} | ${caught?.seed ?? `> ${SEEDS}`} |`)
    }
    console.log(['| mutant | caught by | at seed |', '| --- | --- | --- |', ...table].join('\n'))
    expect(escaped).toEqual([])
  },
  60_000 + MUTANTS.length * 60_000,
)
