/** A function and the part of all time that was spent in itself, not in what it calls. */
export interface Hot {
  readonly name: string
  readonly share: number
}

/** A CPU profile as V8 writes it, as far as it is read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples?: readonly number[] | undefined
  readonly timeDeltas?: readonly number[] | undefined
}

/** Waiting, and the profiler's own call. */
const NOT_WORK = /^\((idle|program|root)\)$|^dispatch :/

/** The hottest first; time in which nothing ran is left out. */
export function hottest({ nodes, samples = [], timeDeltas = [] }: CpuProfile): Hot[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const times = new Map<string, number>()
  let sum = 0
  for (const [i, id] of samples.entries()) {
    const name = names.get(id) ?? '?'
    if (NOT_WORK.test(name)) continue
    const us = timeDeltas[i] ?? 0
    sum += us
    times.set(name, (times.get(name) ?? 0) + us)
  }
  return [...times].map(([name, us]) => ({ name, share: us / sum })).sort((a, b) => b.share - a.share)
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  if (/^\(/.test(functionName)) return functionName
  const file = url.split('/').at(-1) ?? ''
  return `${functionName || 'anonymous'} ${file}:${lineNumber + 1}`
}
