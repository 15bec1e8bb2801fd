// H: what a long past costs annals. Every person's age and salary are changed again and again; then the same queries run on
// the newest value, as of a moment ago, and as of the middle of it all. Everything is indexed whenever it is asked for.
import { type Connection, memory, open } from 'annals/engine'
import { makeData } from '../data/data.ts'
import { timeOf } from '../measure/time-of.ts'
import { formsOf, schema } from '../systems/annals-schema.ts'
import { indexed } from '../systems/annals-states.ts'
import { HISTORY_ASKS, QUERIES } from '../workloads/queries.ts'
import type { Figure, HistoryJob, JobResult } from './job.ts'

const AGES = 100
const SALARIES = 100_000
/** Added to every salary in every round: a prime, so that none comes back. */
const SALARY_STEP = 9_973

type PersonRow = readonly [e: number, age: number, salary: number]

export async function runHistory(job: HistoryJob): Promise<JobResult> {
  const storage = memory()
  const conn = await open('history', { storage, schema: schema(false), indexing: { novelty: 1 } })
  for (const part of makeData({ kind: 'people', n: job.people })) await conn.transact(formsOf(part))
  await indexed(storage, 'history', conn)
  const figures: Figure[] = []
  const ask = async (name: string, db: ReturnType<typeof conn.db>): Promise<void> => {
    for (const query of HISTORY_ASKS) {
      const { datalog = '' } = QUERIES[query] ?? {}
      figures.push({ name: `H ${query} ${name}`, value: await timeOf(() => db.q(datalog), job.budget) })
    }
  }

  // The first round only warms up.
  await ask('young', conn.db())
  figures.length = 0
  await ask('young', conn.db())
  const people = await peopleIn(conn)
  const change = async (round: number): Promise<void> => {
    await conn.transact(
      people.flatMap(([e, age, salary]) => [
        [':db/add', e, 'person/age', (age + round) % AGES],
        [':db/add', e, 'person/salary', (salary + round * SALARY_STEP) % SALARIES],
      ]),
    )
  }
  const half = Math.floor(job.rounds / 2)
  const start = performance.now()
  for (let round = 1; round <= half; round++) await change(round)
  const middle = conn.db().basisT
  const then = (await peopleIn(conn)).map((row) => row.join()).sort()
  for (let round = half + 1; round <= job.rounds; round++) await change(round)
  const perDatom = (performance.now() - start) / (job.rounds * people.length * 2)
  figures.push({ name: 'H change', value: perDatom })
  await indexed(storage, 'history', conn)

  await ask('old', conn.db())
  await ask('as of recent', conn.db().asOf(conn.db().basisT - 1))
  await ask('as of middle', conn.db().asOf(middle))
  const again = (await peopleIn(conn, middle)).map((row) => row.join()).sort()
  if (again.join(';') !== then.join(';')) throw new Error('the middle is not what it was')
  await conn.close()
  return { figures }
}

function peopleIn(conn: Connection, t?: number): Promise<readonly PersonRow[]> {
  const db = t === undefined ? conn.db() : conn.db().asOf(t)
  return db.q<readonly PersonRow[]>('[:find ?e ?a ?s :where [?e :person/age ?a] [?e :person/salary ?s]]')
}
