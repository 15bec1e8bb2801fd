/** Upper bounds of the histogram's buckets, in seconds. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Histogram {
  readonly counts: number[]
  sum: number
  count: number
}

/** What a server has done since it started, for Prometheus. Names and labels are API. Nothing in it tells of data or callers. */
export class Metrics {
  private readonly requests = new Map<string, number>()
  private readonly durations = new Map<string, Histogram>()
  private readonly transactions = new Map<string, number>()

  /** `ms`: from request to response; a stream's is that of its beginning. */
  request(what: string, status: number, ms: number): void {
    add(this.requests, `message="${what}",status="${status}"`, 1)
    const histogram = this.durations.get(what) ?? { counts: SECONDS.map(() => 0), sum: 0, count: 0 }
    this.durations.set(what, histogram)
    const seconds = ms / 1000
    for (const [i, bound] of SECONDS.entries())
      if (seconds <= bound) histogram.counts[i] = (histogram.counts[i] ?? 0) + 1
    histogram.sum += seconds
    histogram.count++
  }

  /** One answer about a transaction: a repeated push is counted again. */
  transaction(status: string): void {
    add(this.transactions, `status="${status}"`, 1)
  }

  /** In the text format of Prometheus. */
  text(gauges: { readonly databases: number; readonly followers: number }): string {
    return [
      '# HELP annals_requests_total Requests answered.',
      '# TYPE annals_requests_total counter',
      ...lines('annals_requests_total', this.requests),
      '# HELP annals_request_seconds Time to the response.',
      '# TYPE annals_request_seconds histogram',
      ...[...this.durations].flatMap(([what, histogram]) => histogramLines(what, histogram)),
      '# HELP annals_transactions_total Transactions of pushes, as answered.',
      '# TYPE annals_transactions_total counter',
      ...lines('annals_transactions_total', this.transactions),
      '# HELP annals_open_databases Databases open on this node.',
      '# TYPE annals_open_databases gauge',
      `annals_open_databases ${gauges.databases}`,
      '# HELP annals_followers Streams open on this node.',
      '# TYPE annals_followers gauge',
      `annals_followers ${gauges.followers}`,
      '',
    ].join('\n')
  }
}

const add = (counts: Map<string, number>, key: string, n: number): void =>
  void counts.set(key, (counts.get(key) ?? 0) + n)

const lines = (name: string, counts: ReadonlyMap<string, number>): string[] =>
  [...counts].map(([labels, n]) => `${name}{${labels}} ${n}`)

function histogramLines(what: string, { counts, sum, count }: Histogram): string[] {
  const name = 'annals_request_seconds'
  const buckets = SECONDS.map((bound, i) => `${name}_bucket{message="${what}",le="${bound}"} ${counts[i]}`)
  return [
    ...buckets,
    `${name}_bucket{message="${what}",le="+Inf"} ${count}`,
    `${name}_sum{message="${what}"} ${sum}`,
    `${name}_count{message="${what}"} ${count}`,
  ]
}
