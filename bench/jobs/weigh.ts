import { type Data, FACTS_PER_ROW } from '../data/data.ts'
import { heldBytes } from '../measure/held-bytes.ts'
import type { Adapter } from '../systems/system.ts'
import type { Figure, QueriesJob } from './job.ts'
import { runOf } from './run-of.ts'

/** So often everything is asked: annals makes some columns ready at the second look. */
const LOOKS = 2

/**
 * Bytes for each fact about people that a further database of them takes, beside one of which all was asked: what was compiled for that
 * is not weighed again. None where the memory of the process cannot be asked.
 */
export async function weigh(adapter: Adapter, data: readonly Data[], { asks }: QueriesJob): Promise<Figure[]> {
  const before = heldBytes()
  if (before === undefined) return []
  const perFact = (): number => ((heldBytes() ?? before) - before) / factsIn(data)
  const session = await adapter.open({ name: 'weighed', countIndexed: false })
  for (const part of data) await session.import(part)
  await session.settle?.()
  const imported = perFact()
  for (const ask of asks) {
    const run = ask === 'add' ? undefined : runOf(session, ask)
    for (let look = 0; look < LOOKS; look++) await run?.()
  }
  await session.readAll?.()
  const read = perFact()
  await session.close()
  return [
    { name: 'bytes per fact', value: imported },
    { name: 'bytes per fact, all read', value: read },
  ]
}

const factsIn = (data: readonly Data[]): number =>
  data.reduce((sum, part) => sum + (part.kind === 'people' ? part.people.length * FACTS_PER_ROW : 0), 0)
