/** How figures are shown: what a name begins with, and what its numbers mean. The first that fits counts. */
interface Unit {
  readonly name: RegExp
  readonly unit: string
  /** From the results' milliseconds and bytes. */
  readonly scale: number
  readonly better: 'less' | 'more'
  /** Other words for the name; default the name itself. */
  readonly title?: string
}

const UNITS: readonly Unit[] = [
  { name: /^lookup/, unit: 'us', scale: 1_000, better: 'less', title: 'point lookup' },
  { name: /^add/, unit: 'ms', scale: 1, better: 'less', title: 'add all people, one transaction' },
  { name: /^bytes per fact, all/, unit: 'B', scale: 1, better: 'less', title: 'memory per fact, all read' },
  { name: /^bytes per fact/, unit: 'B', scale: 1, better: 'less', title: 'memory per fact, after the import' },
  { name: /^H change/, unit: 'us', scale: 1_000, better: 'less', title: 'H change of a fact, in a large transaction' },
  { name: /^S1 import/, unit: 'us', scale: 1_000, better: 'less', title: 'S1 import, per item' },
  { name: /^S1 indexed/, unit: 'us', scale: 1_000, better: 'less', title: 'S1 import until all is indexed, per item' },
  { name: /^S2/, unit: 'ms', scale: 1, better: 'less', title: 'S2 cold open + first lookup' },
  { name: /^S3 p50/, unit: 'ms', scale: 1, better: 'less', title: 'S3 small transaction, p50' },
  { name: /^S3 p99/, unit: 'ms', scale: 1, better: 'less', title: 'S3 small transaction, p99' },
  { name: /^S4/, unit: 'tx/s', scale: 1, better: 'more', title: 'S4 1,000 concurrent' },
  { name: /^S5/, unit: 'B', scale: 1, better: 'less', title: 'S5 on disk, per item' },
  { name: /^S6/, unit: 'MB', scale: 1e-6, better: 'less', title: 'S6 memory after all of it was read' },
  { name: /^S7/, unit: 'us', scale: 1_000, better: 'less', title: 'S7 10,000 lookups in turn, each' },
  { name: /^S8/, unit: 'ms', scale: 1, better: 'less', title: 'S8 first walk over all counts' },
  { name: /^S acknowledged/, unit: '', scale: 1, better: 'less', title: 'acknowledged, then lost' },
  { name: /^L write/, unit: 'ms', scale: 1, better: 'less', title: 'the write, nothing live, p50' },
  { name: /^L p50/, unit: 'ms', scale: 1, better: 'less', title: 'write to callback, p50' },
  { name: /^L p99/, unit: 'ms', scale: 1, better: 'less', title: 'write to callback, p99' },
  { name: /^L100/, unit: 'ms', scale: 1, better: 'less', title: 'write to callback beside 100 others, p50' },
  { name: /^R small/, unit: 'ms', scale: 1, better: 'less', title: 'smallest answer' },
  { name: /^R large/, unit: 'ms', scale: 1, better: 'less', title: 'rows of 4 columns' },
]
const MILLISECONDS: Unit = { name: /^/, unit: 'ms', scale: 1, better: 'less' }

export const unitOf = (workload: string): Unit => UNITS.find(({ name }) => name.test(workload)) ?? MILLISECONDS

/** The workload in words, with its size at the end. */
export function titleOf(workload: string): string {
  const { title, unit } = unitOf(workload)
  const size = /\d+(k|M facts)$/.exec(workload)?.[0]
  const words = title === undefined ? workload : size === undefined ? title : `${title}, ${size}`
  return unit === '' ? words : `${words} (${unit})`
}
