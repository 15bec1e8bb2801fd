import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { memoryRemote } from '../../src/storage/memory-remote.ts'
import type { RemoteStorage } from '../../src/storage/port.ts'
import { sqlRemote } from '../../src/storage/sql/sql-remote.ts'
import { KINDS } from '../../test/support/databases/places.ts'
import { following } from './followers.ts'
import { type Load, pushLoad, type Rate } from './push-load.ts'

const LOADS: readonly Load[] = [
  { clients: 1, batch: 1 },
  { clients: 10, batch: 1 },
  { clients: 100, batch: 1 },
  { clients: 1, batch: 100 },
]

interface Place {
  readonly name: string
  readonly storage: () => Promise<RemoteStorage>
  readonly close: () => Promise<void>
}

/** Transactions a second of one node, storages interleaved; prints medians, and their ratios to the first load, as a table. */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { runs: { type: 'string', default: '5' }, seconds: { type: 'string', default: '2' } },
  })
  const load = loadavg()[0]?.toFixed(2)
  const places = await startPlaces()
  const rates = new Map<string, Rate[]>()
  for (let run = 0; run < Number(values.runs); run++) {
    for (const [i, shape] of LOADS.entries()) {
      for (const { name, storage } of places) {
        const rate = await pushLoad(await storage(), shape, Number(values.seconds))
        const key = `${name} ${i}`
        rates.set(key, [...(rates.get(key) ?? []), rate])
      }
    }
  }
  for (const { close } of places) await close()
  console.log(`Node ${process.version}, ${cpus()[0]?.model}, ${cpus().length} cores, load ${load} when it began\n`)
  console.log(`| ${['', ...LOADS.map(titleOf)].join(' | ')} |\n|${' --- |'.repeat(LOADS.length + 1)}`)
  for (const { name } of places) {
    const cells = LOADS.map((_, i) => cellOf(rates.get(`${name} ${i}`) ?? [], rates.get(`${name} 0`) ?? []))
    console.log(`| ${[name, ...cells].join(' | ')} |`)
  }
  const { followers, bytesEach, broadcastMs } = await following(10_000)
  const kib = (bytesEach / 1024).toFixed(1)
  console.log(`\n${followers} followers: ${kib} KiB each without sockets, a broadcast in ${broadcastMs.toFixed(0)} ms`)
}

async function startPlaces(): Promise<Place[]> {
  const places: Place[] = [{ name: 'memory', storage: async () => memoryRemote(), close: async () => undefined }]
  for (const { name, start } of KINDS) {
    if (start === undefined) {
      console.log(`not run: ${name} is not installed`)
      continue
    }
    const kind = await start()
    places.push({ name, storage: async () => sqlRemote({ url: await kind.fresh() }), close: () => kind.close() })
  }
  return places
}

const titleOf = ({ clients, batch }: Load): string =>
  `${clients} client${clients > 1 ? 's' : ''}${batch > 1 ? `, ${batch} a push` : ''}`

function cellOf(rates: readonly Rate[], first: readonly Rate[]): string {
  const perSecond = median(rates.map((rate) => rate.perSecond))
  const ratio = perSecond / median(first.map((rate) => rate.perSecond))
  const [p50, p99] = [median(rates.map((rate) => rate.p50)), median(rates.map((rate) => rate.p99))]
  return `${Math.round(perSecond).toLocaleString('en')} tx/s (${ratio.toFixed(1)}x), ${p50.toFixed(1)} / ${p99.toFixed(1)} ms`
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
}
