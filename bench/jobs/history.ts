// H: what a long past costs annals. Every person's age and salary are changed again and again; then the same queries run on
// the newest value, as of a moment ago, and as of the middle of it all.
import { memory, open } from 'annals/engine'
import { makeData } from '../data/data.ts'
import { timeOf } from '../measure/time-of.ts'
import { formsOf, schema } from '../systems/annals-schema.ts'
import { QUERIES } from '../workloads/queries.ts'
import type { Figure, HistoryJob, JobResult } from './job.ts'

const ASKS = ['q1', 'q4', 'qpred1']
const AGES = 100
const SALARIES = 100_000
/** Added to every salary in every round: a prime, so that none comes back. */
const SALARY_STEP = 9_973

export async function runHistory(job: HistoryJob): Promise<JobResult> {
  const conn = await open('history', { storage: memory(), schema: schema(false) })
  for (const part of makeData({ kind: 'people', n: job.people })) await conn.transact(formsOf(part))
  const figures: Figure[] = []
  const ask = async (name: string, db: ReturnType<typeof conn.db>): Promise<void> => {
    for (const query of ASKS) {
      const { datalog = '' } = QUERIES[query] ?? {}
      figures.push({ name: `H ${query} ${name}`, value: await timeOf(() => db.q(datalog), job.budget) })
    }
  }

  // The first round only warms up.
  await ask('young', conn.db())
  figures.length = 0
  await ask('young', conn.db())
  const people = await conn
    .db()
    .q<readonly (readonly [e: number, age: number, salary: number])[]>(
      '[:find ?e ?a ?s :where [?e :person/age ?a] [?e :person/salary ?s]]',
    )
  let middle = conn.db().basisT
  for (let round = 1; round <= job.rounds; round++) {
    await conn.transact(
      people.flatMap(([e, age, salary]) => [
        [':db/add', e, 'person/age', (age + round) % AGES],
        [':db/add', e, 'person/salary', (salary + round * SALARY_STEP) % SALARIES],
      ]),
    )
    if (round === Math.floor(job.rounds / 2)) middle = conn.db().basisT
  }
  await ask('old', conn.db())
  await ask('as of recent', conn.db().asOf(conn.db().basisT - 1))
  await ask('as of middle', conn.db().asOf(middle))
  await conn.close()
  return { figures }
}
