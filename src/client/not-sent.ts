import { AnnalsError } from '../base/errors.ts'
import type { Refused } from './gathered-endpoint.ts'

/** What the page is told: of its arguments, which part of them. */
export function notSent(op: string, args: readonly unknown[], { refused }: Refused): AnnalsError {
  const cause = new Error(refused)
  const found = uncloneable(args, '')
  if (found === undefined) {
    return new AnnalsError('internal/unexpected', `the answer to ${op} could not cross to the page`, { op }, { cause })
  }
  const { path, what } = found
  return new AnnalsError(
    'client/bad-option',
    `${what} was passed to ${op} (at ${path}); a worker can be given plain data only: copy what is needed out of it`,
    { op, path },
    { cause },
  )
}

/** Characters of a path, roughly, that are told. */
const LONGEST_PATH = 100

/** The innermost part of `x` that structured clone refuses. */
function uncloneable(x: unknown, path: string): { readonly path: string; readonly what: string } | undefined {
  try {
    structuredClone(x)
    return undefined
  } catch {
    for (const [key, part] of partsOf(x, path)) {
      const found = uncloneable(part, path + (Array.isArray(x) ? `[${key}]` : `.${key}`))
      if (found) return found
    }
    const what = typeof x === 'object' ? 'an object that cannot be copied (a Proxy? a getter?)' : `a ${typeof x}`
    return { path: path || 'the arguments', what }
  }
}

/** Nothing where looking throws, or has gone deep enough. */
function partsOf(x: unknown, path: string): readonly (readonly [string, unknown])[] {
  try {
    return typeof x === 'object' && x !== null && path.length < LONGEST_PATH ? Object.entries(x) : []
  } catch {
    return []
  }
}
