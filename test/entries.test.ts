import { afterEach, expect, it, vi } from 'vitest'

/** What each published entry exports beside types. */
const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  index: [
    'AnnalsError',
    'connect',
    'defineFunctions',
    'defineSchema',
    'destroy',
    'isAnnalsError',
    'kw',
    'lit',
    'pattern',
    'query',
    'restore',
  ],
  engine: ['AnnalsError', 'isAnnalsError', 'kw', 'lit', 'memory', 'open', 'restore'],
  worker: ['serve'],
  react: ['useDb', 'useLive', 'useStore'],
}
/** What a page, a worker or Node has and the others may not: using any of them while being imported breaks somewhere. */
const GLOBALS = [
  'BroadcastChannel',
  'MessageChannel',
  'Worker',
  'addEventListener',
  'document',
  'fetch',
  'indexedDB',
  'self',
]

afterEach(() => vi.unstubAllGlobals())

for (const [entry, names] of Object.entries(EXPORTS)) {
  it(`annals/${entry} exports what it promises, and touches nothing when it is imported`, async () => {
    vi.resetModules()
    for (const name of GLOBALS) vi.stubGlobal(name, undefined)
    const exported = (await import(`../src/${entry}.ts`)) as object
    expect(Object.keys(exported).sort()).toEqual(names)
  })
}
