// H: what a long past costs annals. Every person's age and salary are changed again and again; then the same queries run on
// the newest value, as of a moment ago, and as of the middle of it all. Everything is indexed whenever it is asked for.
import { type Connection, memory, open } from 'annals/engine'
import { makeData } from '../data/data.ts'
import { people as makePeople, type Person } from '../data/people.ts'
import { digest } from '../measure/digest.ts'
import { timeOf } from '../measure/time-of.ts'
import { formsOf, schema } from '../systems/annals-schema.ts'
import { annalsSession } from '../systems/annals-session.ts'
import { indexed } from '../systems/annals-states.ts'
import { open as openLimit } from '../systems/limit.ts'
import type { Answer } from '../systems/system.ts'
import { HISTORY_ASKS, QUERIES } from '../workloads/queries.ts'
import type { Figure, HistoryJob, JobResult } from './job.ts'

const AGES = 100
const SALARIES = 100_000
/** Added to every salary in every round: a prime, so that none comes back. */
const SALARY_STEP = 9_973

export async function runHistory(job: HistoryJob): Promise<JobResult> {
  const storage = memory()
  const conn = await open('history', { storage, schema: schema(false), indexing: { novelty: 1 } })
  for (const part of makeData({ kind: 'people', n: job.people })) await conn.transact(formsOf(part))
  await indexed(storage, 'history', conn)
  const figures: Figure[] = []
  const place = await annalsSession(conn).places?.()
  const first = makePeople(job.people)
  /** `round`: of the changes, up to which `db` knows. */
  const ask = async (name: string, db: ReturnType<typeof conn.db>, round: number): Promise<void> => {
    const loops = openLimit()
    await loops.import({ kind: 'people', people: first.map((person) => ({ ...person, ...changed(person, round) })) })
    for (const query of HISTORY_ASKS) {
      const { datalog = '', entities = [] } = QUERIES[query] ?? {}
      const wanted = digest((await loops.joins?.(query)()) ?? [], entities, (entity) => entity)
      const found = digest(await db.q<Answer>(datalog, []), entities, place ?? Number)
      if (found !== wanted) throw new Error(`${query} ${name}: it gives ${found}, but the loops ${wanted}`)
      figures.push({ name: `H ${query} ${name}`, value: await timeOf(() => db.q(datalog), job.budget) })
    }
  }

  // The first round only warms up.
  await ask('young', conn.db(), 0)
  figures.length = 0
  await ask('young', conn.db(), 0)
  const people = await peopleIn(conn)
  const change = async (round: number): Promise<void> => {
    await conn.transact(
      people.flatMap((e, i) => {
        const { age, salary } = changed(first[i] as Person, round)
        return [
          [':db/add', e, 'person/age', age],
          [':db/add', e, 'person/salary', salary],
        ]
      }),
    )
  }
  const half = Math.floor(job.rounds / 2)
  const start = performance.now()
  for (let round = 1; round <= half; round++) await change(round)
  const middle = conn.db().basisT
  for (let round = half + 1; round <= job.rounds; round++) await change(round)
  const perDatom = (performance.now() - start) / (job.rounds * people.length * 2)
  figures.push({ name: 'H change', value: perDatom })
  await indexed(storage, 'history', conn)

  await ask('old', conn.db(), job.rounds)
  await ask('as of recent', conn.db().asOf(conn.db().basisT - 1), job.rounds - 1)
  await ask('as of middle', conn.db().asOf(middle), half)
  await conn.close()
  return { figures }
}

/** What a person's age and salary are after so many rounds. */
const changed = ({ age, salary }: Person, round: number): Pick<Person, 'age' | 'salary'> => ({
  age: (age + round) % AGES,
  salary: (salary + round * SALARY_STEP) % SALARIES,
})

/** In the order of the import. */
async function peopleIn(conn: Connection): Promise<readonly number[]> {
  const names = await conn.db().datoms('aevt', 'person/name')
  return names.map(({ e }) => e).sort((a, b) => a - b)
}
