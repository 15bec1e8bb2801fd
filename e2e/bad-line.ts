import type { Answering } from '../test/support/speaker.ts'
import type { SyncServer } from './sync-server.ts'

/** Shares of pushes: whose answer is lost, that are sent to all nodes at once, that are cut off at some moment. */
const LOST = 1 / 20
const TWICE = 1 / 20
const CUT = 1 / 30
/** Milliseconds after which one is cut off, at most: some have been decided by then. */
const CUT_MS = 40

/** What happened to requests on their way. */
export interface Mishaps {
  lost: number
  twice: number
  cut: number
  unreachable: number
}

/** A way to one database of whichever node is asked. */
export const lineTo =
  (node: () => SyncServer, database: string): Answering =>
  async (request) => {
    const { pathname, search } = new URL(request.url)
    const { method, headers, signal } = request
    const body = method === 'POST' ? await request.clone().arrayBuffer() : null
    return fetch(`${node().url}sync/${database}/${pathname.split('/').at(-1)}${search}`, {
      method,
      headers,
      body,
      signal,
    })
  }

/** The same on which things go wrong. `overheard` hears what was answered to a push, if only in vain. */
export function badLine(
  nodes: readonly SyncServer[],
  database: string,
  mishaps: Mishaps,
  overheard: (answer: Response) => Promise<void>,
): Answering {
  const any = lineTo(() => nodes[Math.floor(Math.random() * nodes.length)] as SyncServer, database)
  const send: Answering = (request) =>
    any(request).catch((e: unknown) => {
      if (!request.signal.aborted) mishaps.unreachable++
      throw e
    })
  const lost: Answering = async (request) => {
    await overheard(await send(request))
    mishaps.lost++
    throw new TypeError('the answer was lost')
  }
  const twice: Answering = async (request) => {
    const answers = await Promise.allSettled(nodes.map((node) => lineTo(() => node, database)(request)))
    const [first, ...more] = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    if (first === undefined) throw new TypeError('no node can be reached')
    for (const response of more) await overheard(response)
    mishaps.twice++
    return first
  }
  const cut: Answering = (request) => {
    mishaps.cut++
    return send(new Request(request, { signal: AbortSignal.timeout(Math.ceil(Math.random() * CUT_MS)) }))
  }
  return (request) => {
    if (!request.url.endsWith('/push')) return send(request)
    const dice = Math.random()
    if (dice < LOST) return lost(request)
    if (dice < LOST + TWICE) return twice(request)
    return dice < LOST + TWICE + CUT ? cut(request) : send(request)
  }
}
