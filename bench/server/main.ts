import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { memoryRemote } from '../../src/storage/memory-remote.ts'
import type { RemoteStorage } from '../../src/storage/port.ts'
import { sqlRemote } from '../../src/storage/sql/sql-remote.ts'
import { KINDS } from '../../test/support/databases/places.ts'
import { betweenBrowsers } from './browsers.ts'
import { firstSync } from './first-sync.ts'
import { following } from './followers.ts'
import { machine } from './machine.ts'
import { propagation } from './propagation.ts'
import { type Load, pushLoad } from './push-load.ts'
import { drained } from './queue.ts'
import { rebased } from './rebase.ts'
import { type Pushed, type Results, tables } from './tables.ts'

const LOADS: readonly Load[] = [
  { clients: 1, batch: 1 },
  { clients: 10, batch: 1 },
  { clients: 100, batch: 1 },
  { clients: 1, batch: 100 },
  { clients: 10, batch: 100 },
]

interface Place {
  readonly name: string
  readonly storage: () => Promise<RemoteStorage>
  readonly close: () => Promise<void>
}

/** Measures all of it, and writes RESULTS.md and results.json into `folder`. `demo`: where the demo was built. */
export async function main(args: readonly string[], folder: string, demo: string): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '1' },
      queue: { type: 'string', default: '20000' },
      items: { type: 'string', default: '100000' },
    },
  })
  const about = machine()
  // first, while nothing else lies in memory
  const followers = await told('followers', following(10_000))
  const places = await startPlaces()
  const pushes: Pushed[] = []
  for (let run = 0; run < Number(values.runs); run++) {
    for (const load of LOADS) {
      for (const { name, storage } of places) {
        const rate = await pushLoad(await storage(), load, Number(values.seconds))
        pushes.push({ storage: name, ...load, ...rate })
      }
    }
    console.error(`pushes: run ${run + 1} of ${values.runs}`)
  }
  const sqlite = places.find(({ name }) => name === 'SQLite') as Place
  const queue = Number(values.queue)
  const results: Results = {
    machine: about,
    pushes,
    propagation: await told('propagation', propagation(await sqlite.storage(), 300)),
    browsers: await told('browsers', betweenBrowsers(demo, 300)),
    queues: [
      await told('1,000 pending', drained(await sqlite.storage(), Math.min(1000, queue))),
      await told('10,000 pending', drained(await sqlite.storage(), Math.min(10_000, queue))),
      await told('20,000 pending', drained(await sqlite.storage(), queue)),
    ],
    rebased: await told('rebase', rebased(await sqlite.storage(), Math.min(1000, queue))),
    firstSync: await told('first sync', firstSync(await sqlite.storage(), Number(values.items))),
    followers,
  }
  for (const { close } of places) await close()
  writeFileSync(`${folder}/results.json`, `${JSON.stringify(results, undefined, 2)}\n`)
  const markdown = tables(results)
  writeFileSync(`${folder}/RESULTS.md`, markdown)
  console.log(markdown)
}

async function told<T>(what: string, measured: Promise<T>): Promise<T> {
  const result = await measured
  console.error(what)
  return result
}

async function startPlaces(): Promise<Place[]> {
  const places: Place[] = [{ name: 'memory', storage: async () => memoryRemote(), close: async () => undefined }]
  for (const { name, start } of KINDS) {
    if (start === undefined) {
      console.error(`not run: ${name} is not installed`)
      continue
    }
    const kind = await start()
    places.push({ name, storage: async () => sqlRemote({ url: await kind.fresh() }), close: () => kind.close() })
  }
  return places
}
