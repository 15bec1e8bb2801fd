import type { FirstSync } from './first-sync.ts'
import type { Following } from './followers.ts'
import type { Machine } from './machine.ts'
import type { Propagation, Spread } from './propagation.ts'
import type { Load, Rate } from './push-load.ts'
import { median } from './quantile.ts'
import type { Drained } from './queue.ts'
import type { Rebased } from './rebase.ts'

export type Pushed = { readonly storage: string } & Load & Rate

export interface Results {
  readonly machine: Machine
  /** One of each run. */
  readonly pushes: readonly Pushed[]
  readonly propagation: Propagation
  /** The same between two browsers. */
  readonly browsers: Propagation
  readonly queues: readonly Drained[]
  readonly rebased: Rebased
  readonly firstSync: FirstSync
  readonly followers: Following
}

type Row = readonly (string | number)[]
const table = (head: Row, rows: readonly Row[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
const whole = (n: number): string => Math.round(n).toLocaleString('en')
const ms = (n: number): string => `${n < 10 ? n.toFixed(1) : whole(n)} ms`

/** What was measured, beside what was aimed at, as Markdown. */
export function tables({ machine, pushes, ...rest }: Results): string {
  const { day, node, cpu, cores, load } = machine
  return `# What one node of the server does

Written by \`npm run bench:server\`, which also writes results.json. ${day}, Node ${node}, ${cpu}, ${cores} cores, **load ${load} when it
began**: above 1 only ratios mean something. Every answer is checked.

## Pushes

Clients and server in one process (the handler is called, there is no HTTP), one small new item a transaction; medians of
${runsOf(pushes)} runs, storages interleaved: transactions a second, p50 / p99 from push to answer, and processor time a transaction, clients
included.

${pushTable(pushes)}

## Beside the goals

SQLite, replicas in memory, over HTTP on this machine; everything in one process.

${goalTable(pushes, rest)}
`
}

const runsOf = (pushes: readonly Pushed[]): number =>
  pushes.filter(({ storage, clients, batch }) => storage === 'memory' && clients === 1 && batch === 1).length

const of = (pushes: readonly Pushed[], storage: string, { clients, batch }: Load): readonly Pushed[] =>
  pushes.filter((p) => p.storage === storage && p.clients === clients && p.batch === batch)

const middle = (rates: readonly Pushed[], what: 'perSecond' | 'p50' | 'p99' | 'cpuMs'): number =>
  median(rates.map((rate) => rate[what]))

function pushTable(pushes: readonly Pushed[]): string {
  const storages = [...new Set(pushes.map(({ storage }) => storage))]
  const loads = pushes.filter(({ storage }, i) => storage === 'memory' && !isAgain(pushes, i))
  const rows = loads.map((load): Row => {
    const cells = storages.map((storage) => {
      const rates = of(pushes, storage, load)
      const times = `${middle(rates, 'p50').toFixed(1)} / ${middle(rates, 'p99').toFixed(1)} ms`
      return `${whole(middle(rates, 'perSecond'))} tx/s, ${times}, ${middle(rates, 'cpuMs').toFixed(2)} ms cpu`
    })
    return [`${load.clients} client${load.clients > 1 ? 's' : ''}, ${load.batch} a push`, ...cells]
  })
  return table(['', ...storages], rows)
}

const isAgain = (pushes: readonly Pushed[], i: number): boolean => {
  const own = pushes[i] as Pushed
  return of(pushes.slice(0, i), own.storage, own).length > 0
}

function goalTable(
  pushes: readonly Pushed[],
  { propagation, browsers, queues, rebased, firstSync, followers }: Omit<Results, 'machine' | 'pushes'>,
): string {
  const best = (storage: string): string =>
    `${whole(Math.max(...pushes.filter((p) => p.storage === storage).map((p) => p.perSecond)))} tx/s`
  const both = ({ p50, p99 }: Spread): string => `${ms(p50)} / ${ms(p99)}`
  const [thousand, tenThousand, twentyThousand] = queues as readonly [Drained, Drained, Drained]
  const each = followers.bytesEach * followers.followers
  return table(
    ['', 'measured', 'goal'],
    [
      ['one hot database, PostgreSQL, best load', best('PostgreSQL'), '5,000 tx/s'],
      ['one hot database, SQLite FULL, best load', best('SQLite'), '3,000 tx/s'],
      ['transact to confirmed, p50 / p99', both(propagation.confirmed), '5 / 30 ms'],
      ['confirmed to visible elsewhere, p50 / p99', both(propagation.seen), '15 / 100 ms'],
      ['between two browsers: transact to confirmed, p50 / p99', both(browsers.confirmed), ''],
      ['between two browsers: confirmed to visible, p50 / p99', both(browsers.seen), '15 / 100 ms'],
      [`push of ${whole(thousand.pending)} queued`, ms(thousand.drainMs), ''],
      [`${whole(tenThousand.pending)} queued offline, drained`, ms(tenThousand.drainMs), '5,000 ms'],
      [`start with ${whole(twentyThousand.pending)} pending`, ms(twentyThousand.openMs), '1,000 ms'],
      [`${whole(twentyThousand.pending)} queued offline, drained`, ms(twentyThousand.drainMs), ''],
      [
        `${whole(rebased.pending)} pending rebased, ${whole(rebased.touched)} of them about what the news is about`,
        ms(rebased.ms),
        '50 ms',
      ],
      ['bytes up a transaction, packed, beyond its intent and txid unpacked', whole(thousand.overheadUp), '40'],
      ['bytes down a transaction, answers and records', whole(thousand.down), ''],
      [`first sync of ${whole(firstSync.items)} items, to the first query`, ms(firstSync.firstQueryMs), ''],
      [`first sync of ${whole(firstSync.items)} items, all`, ms(firstSync.fullMs), ''],
      [`memory of ${whole(followers.followers)} followers, without sockets`, `${whole(each / 2 ** 20)} MB`, '300 MB'],
      ['broadcast to all of them', ms(followers.broadcastMs), '250 ms'],
    ],
  )
}
