import type { LogRange } from '../api/connection.ts'
import type { LogPage } from '../api/messages.ts'
import type { LogEntry } from '../api/report.ts'
import { ANYTHING, COUNT, checkOptions, FLAG, type OptionKind } from './check-options.ts'
import { AnnalsError } from './errors.ts'

/** Transactions asked for at a time. */
const PAGE = 200
/** Every `t` is below; a greater number is a transaction's entity. */
const T_END = 2 ** 28

const LIMIT: OptionKind = { ...COUNT, is: (x) => COUNT.is(x) || x === Number.POSITIVE_INFINITY }
const OPTIONS = { from: ANYTHING, to: ANYTHING, reverse: FLAG, limit: LIMIT, live: FLAG }

/** Where the log is read from. */
export interface LogSource {
  /** The newest confirmed `t`. */
  t(): number
  /** Fewer than `limit` only at the end. */
  read(page: LogPage): Promise<readonly LogEntry[]>
  /** Resolves when there is a transaction beyond `t`. Rejects when the connection is closed. */
  beyond(t: number): Promise<unknown>
}

/** The log a page at a time: see {@link LogRange}. Throws `db/bad-option`. */
export async function* logPages(source: LogSource, asked: LogRange): AsyncGenerator<LogEntry> {
  checkOptions('log', asked, OPTIONS)
  const { live = false, ...range } = asked
  const { reverse = false, limit = Number.POSITIVE_INFINITY } = range
  if (live && reverse) throw backwards()
  let rest = range
  let last: number | undefined
  for (let left = limit; left > 0; ) {
    const basis = source.t()
    const wanted = Math.min(PAGE, left)
    const entries = await source.read({ ...rest, limit: wanted })
    yield* entries
    left -= entries.length
    last = entries.at(-1)?.t ?? last
    if (last !== undefined) rest = reverse ? { ...range, to: last - 1 } : { ...range, from: last + 1 }
    if (entries.length === wanted) continue
    if (!live || !isAhead(range.to, basis)) return
    await source.beyond(last ?? basis)
  }
}

/** Whether something that comes after `basis` can be in a range up to `to`. */
const isAhead = (to: LogRange['to'], basis: number): boolean =>
  to === undefined || (typeof to === 'number' && to > basis && to < T_END)

const backwards = (): AnnalsError =>
  new AnnalsError('db/bad-option', 'a log that is followed goes forward: leave out live or reverse', {
    option: 'reverse',
  })
